using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text;

namespace FlashBench.Tests.Firmware;

/// <summary>A small hand-made region of ME 2 to 5.</summary>
internal static class TestGeneration1
{
    /// <summary>`$FPT` at 0, CODE to the region's end, `$MAN` with two modules behind it. Nobody has signed it.
    /// </summary>
    public static byte[] Region()
    {
        byte[] region = new byte[0x2000];
        new Random(1).NextBytes(region.AsSpan(0x1500));
        Put(0, 0x54504624, 1, 0x00201010);
        Put(0x20, 0x45444F43, 0xFFFFFFFF, 0x1000, 0xFFFFFFFF);
        Put(0x1000, 4, 0xA1, 0x10000, 0, 0x8086, 0x20070102, 0x140, 0x4E414D24, 2, 0x00050002, 0x04460000);
        Put(0x1078, 64, 1);
        (string Name, int Start, int Length)[] modules = [("BRINGUP", 0x1500, 0x100), ("LOADER", 0x1600, 0x200)];
        for (int i = 0; i < modules.Length; i++)
        {
            int header = 0x1290 + 0x50 * i;
            Put(header, 0x454D4D24);
            Encoding.ASCII.GetBytes(modules[i].Name).CopyTo(region, header + 0x1C);
            byte[] hash = CryptographicOperations.HashData(
                HashAlgorithmName.SHA1, region.AsSpan(modules[i].Start, modules[i].Length));
            hash.Reverse().ToArray().CopyTo(region, header + 0x2C);
            Put(header + 0x40, (uint)modules[i].Length);
        }

        region[0xB] = (byte)(-region[..0x20].Sum(b => b) & 0xFF);
        return region;

        void Put(int at, params uint[] values)
        {
            for (int i = 0; i < values.Length; i++)
                BinaryPrimitives.WriteUInt32LittleEndian(region.AsSpan(at + 4 * i), values[i]);
        }
    }
}
