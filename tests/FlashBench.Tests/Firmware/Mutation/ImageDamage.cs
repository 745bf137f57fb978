using System.Buffers.Binary;

namespace FlashBench.Tests.Firmware.Mutation;

/// <summary>Damages an image where its structures are, and makes checksums and signatures right again.</summary>
internal sealed class ImageDamage(byte[] original)
{
    private static readonly uint[] Extremes =
        [0, 1, 2, 0x7F, 0xFF, 0x1000, 0x7FFF, 0xFFFF, 0xFFFFFF, 0x7FFFFFFF, 0x80000000, 0xFFFFFFFE, 0xFFFFFFFF];

    private readonly Structure[] _structures = StructureSearch.In(original);
    private readonly ChecksumRepair _repair = new(original);

    /// <summary>Damages a copy of the original in one to four places.</summary>
    /// <param name="image">The copy.</param>
    /// <param name="random">Decides everything.</param>
    /// <returns>How many bytes of the copy count; the others were cut off.</returns>
    public int Apply(byte[] image, Random random)
    {
        for (int n = random.Next(1, 5); n > 0; n--)
            DamageOnce(image, random);
        _repair.Apply(image, random);
        return random.Next(8) == 0 ? Cut(image.Length, random) : image.Length;
    }

    private void DamageOnce(byte[] image, Random random)
    {
        Structure one = Pick(random), other = Pick(random);
        Field field = one.Fields[random.Next(one.Fields.Length)];
        switch (random.Next(12))
        {
            case 0 or 1 or 2:
                Write(image, field, Extremes[random.Next(Extremes.Length)]);
                break;
            case 3: // a step, or a power of two
                Write(image, field, unchecked(Read(image, field) + (uint)(random.Next(-2, 3) << random.Next(16))));
                break;
            case 4: // overlaps and cycles: this points to where another structure is, or to where another points
                Write(image, field, (uint)Math.Abs(other.Start - (random.Next(2) == 0 ? 0 : one.Start)));
                break;
            case 5:
                Write(image, field, Read(image, other.Fields[random.Next(other.Fields.Length)]));
                break;
            case 6: // around the end of the image
                int end = image.Length - field.Offset * random.Next(2);
                Write(image, field, unchecked((uint)(end + random.Next(-4, 5))));
                break;
            case 7: // reversed: base and limit change places
                Write(image, field, uint.RotateLeft(Read(image, field), 16));
                break;
            case 8:
                image[one.Start + random.Next(one.Length)] ^= (byte)(1 << random.Next(8));
                break;
            case 9: // duplicates and spliced structures
                int length = Math.Min(one.Length, other.Length);
                image.AsSpan(one.Start, length).CopyTo(image.AsSpan(other.Start));
                break;
            case 10:
                image.AsSpan(one.Start, one.Length).Fill((byte)(random.Next(2) == 0 ? 0x00 : 0xFF));
                break;
            default:
                random.NextBytes(image.AsSpan(one.Start, random.Next(1, one.Length + 1)));
                break;
        }
    }

    // At the ends of structures, and anywhere.
    private int Cut(int length, Random random) => random.Next(3) == 0
        ? random.Next(length)
        : Math.Clamp(random.Next(2) * Pick(random).Length + Pick(random).Start + random.Next(-2, 3), 0, length);

    private Structure Pick(Random random) => _structures[random.Next(_structures.Length)];

    private static uint Read(byte[] image, Field field) => field.Width switch
    {
        1 => image[field.Offset],
        2 => BinaryPrimitives.ReadUInt16LittleEndian(image.AsSpan(field.Offset)),
        _ => BinaryPrimitives.ReadUInt32LittleEndian(image.AsSpan(field.Offset)),
    };

    private static void Write(byte[] image, Field field, uint value)
    {
        switch (field.Width)
        {
            case 1:
                image[field.Offset] = (byte)(value & 0xFF);
                break;
            case 2:
                BinaryPrimitives.WriteUInt16LittleEndian(image.AsSpan(field.Offset), (ushort)(value & 0xFFFF));
                break;
            default:
                BinaryPrimitives.WriteUInt32LittleEndian(image.AsSpan(field.Offset), value);
                break;
        }
    }
}
