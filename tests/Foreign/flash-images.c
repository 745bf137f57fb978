/*
 * Writes the images of the speed table (docs/performance.md) into a folder: flash-images FOLDER
 *
 * All are 16 MiB for a W25Q128, always the same bytes (a fixed seed), with the statistics of two real releases of one
 * firmware: what is not erased comes in whole sectors of 4 KiB.
 *
 *   R1.bin, R2.bin   a descriptor, 8 KiB GbE, 6,132 KiB ME with 12 or 13 written sectors of 16 in each 64 KiB block,
 *                    a free gap, and a BIOS of 82 full blocks. Other bytes in the same places: 39,504 written pages
 *                    in 2,469 sectors and 178 blocks, all of them different in R1 and R2
 *   blank.bin        an erased chip
 *   A.bin            random bytes in every page
 *   delta.bin        R1 but for 256 KiB in one piece, of which the first 64 KiB are erased in R1
 *   me.bin           R1 with the ME region of R2
 *   me.layout        that region for flashrom
 *
 * It prints what differs between them; a script compares that with the numbers above. No code of FlashBench takes part.
 */
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum {
    SIZE = 16 << 20,
    PAGE = 256,
    SECTOR = 4096,
    BLOCK = 65536,
    ME_START = 0x3000,
    ME_END = 0x600000,
    BIOS_START = 174 * BLOCK,
    DELTA_START = 173 * BLOCK,
    DELTA_BYTES = 4 * BLOCK,
    ME_SECTORS = 12, /* in each block, and one more in the first two */
    PATH_BYTES = 4096,
};

static uint64_t state;

static uint64_t next_random(void) /* xorshift64* */
{
    state ^= state >> 12;
    state ^= state << 25;
    state ^= state >> 27;
    return state * UINT64_C(2685821657736338717);
}

/* Random bytes, of which no page is all FF. */
static void scatter(uint8_t *bytes, size_t count)
{
    for (size_t i = 0; i < count; i += 8) {
        uint64_t r = next_random();
        memcpy(bytes + i, &r, 8);
    }
}

static void put32(uint8_t *at, uint32_t value)
{
    for (int i = 0; i < 4; i++)
        at[i] = (uint8_t)(value >> 8 * i);
}

static uint32_t region(uint32_t start, uint32_t end)
{
    return ((end - 1) >> 12) << 16 | start >> 12;
}

/* An Intel flash descriptor with the regions of these images; the rest of its sector stays random. */
static void put_descriptor(uint8_t *image)
{
    memset(image, 0xFF, 0x70);
    put32(image + 0x10, 0x0FF0A55A);
    put32(image + 0x14, 0x02040003); /* components at 30h, regions at 40h, 5 regions */
    put32(image + 0x18, 0x12100206); /* masters at 60h, straps at 100h, 18 of them */
    put32(image + 0x1C, 0x00000120);
    put32(image + 0x30, 0x64900005); /* one chip of 16 MiB */
    put32(image + 0x34, 0);
    put32(image + 0x38, 0);
    put32(image + 0x40, region(0, 0x1000));
    put32(image + 0x44, region(BIOS_START, SIZE));
    put32(image + 0x48, region(ME_START, ME_END));
    put32(image + 0x4C, region(0x1000, ME_START));
    put32(image + 0x50, 0x00007FFF); /* no platform data */
    put32(image + 0x60, 0xFFFF0000);
    put32(image + 0x64, 0xFFFF0000);
    put32(image + 0x68, 0x08080118);
}

static void make_release(uint8_t *image, uint64_t seed)
{
    state = seed;
    memset(image, 0xFF, SIZE);
    for (int block = 0; block < ME_END / BLOCK; block++) {
        int first = block == 0 ? ME_START / SECTOR : 0;
        int count = ME_SECTORS + (block < 2 ? 1 : 0);
        scatter(image + block * BLOCK + first * SECTOR, (size_t)count * SECTOR);
    }
    scatter(image, ME_START);
    scatter(image + BIOS_START, SIZE - BIOS_START);
    put_descriptor(image);
}

static void write_file(const char *folder, const char *name, const void *bytes, size_t count)
{
    char path[PATH_BYTES];
    snprintf(path, sizeof path, "%s/%s", folder, name);
    FILE *file = fopen(path, "wb");
    if (file == NULL || fwrite(bytes, 1, count, file) != count || fclose(file) != 0) {
        perror(path);
        exit(EXIT_FAILURE);
    }
}

static bool is_erased(const uint8_t *bytes, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        if (bytes[i] != 0xFF)
            return false;
    }
    return true;
}

static int changed(const uint8_t *old, const uint8_t *new, size_t unit)
{
    int count = 0;
    for (size_t at = 0; at < SIZE; at += unit)
        count += memcmp(old + at, new + at, unit) != 0;
    return count;
}

static void describe(const char *name, const uint8_t *old, const uint8_t *new)
{
    int pages = 0, erases = 0;
    for (size_t at = 0; at < SIZE; at += PAGE)
        pages += memcmp(old + at, new + at, PAGE) != 0 && !is_erased(new + at, PAGE);
    for (size_t at = 0; at < SIZE; at += SECTOR)
        erases += memcmp(old + at, new + at, SECTOR) != 0 && !is_erased(old + at, SECTOR);
    printf("%s: %d pages to write, %d sectors to erase, %d blocks changed\n", name, pages, erases,
           changed(old, new, BLOCK));
}

int main(int count, char **arguments)
{
    static uint8_t blank[SIZE], r1[SIZE], r2[SIZE], other[SIZE];
    static const char layout[] = "00003000:005fffff me\n";
    if (count != 2) {
        fputs("flash-images: name one folder\n", stderr);
        return 64;
    }
    const char *folder = arguments[1];
    memset(blank, 0xFF, SIZE);
    write_file(folder, "blank.bin", blank, SIZE);
    make_release(r1, 0x5245313131313131);
    make_release(r2, 0x5245323232323232);
    write_file(folder, "R1.bin", r1, SIZE);
    write_file(folder, "R2.bin", r2, SIZE);
    describe("R1 to R2", r1, r2);

    scatter(other, SIZE);
    write_file(folder, "A.bin", other, SIZE);
    describe("blank to A", blank, other);

    memcpy(other, r1, SIZE);
    scatter(other + DELTA_START, DELTA_BYTES);
    write_file(folder, "delta.bin", other, SIZE);
    describe("R1 to delta", r1, other);

    memcpy(other, r1, SIZE);
    memcpy(other + ME_START, r2 + ME_START, ME_END - ME_START);
    write_file(folder, "me.bin", other, SIZE);
    write_file(folder, "me.layout", layout, sizeof layout - 1);
    describe("R1 to me", r1, other);
    return EXIT_SUCCESS;
}
