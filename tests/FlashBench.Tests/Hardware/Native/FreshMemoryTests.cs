using FlashBench.Hardware.Native;

namespace FlashBench.Tests.Hardware.Native;

public sealed class FreshMemoryTests
{
    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData((1 << 20) - 1)]
    [InlineData(1 << 20)]
    [InlineData((1 << 20) + 1)]
    [InlineData((3 << 20) + 4095)]
    [InlineData(16 << 20)]
    public void An_array_of_any_length_can_be_filled_to_its_last_byte(int length)
    {
        byte[] array = FreshMemory.Allocate(length);

        array.AsSpan().Fill(0x5A);
        Assert.Equal(length, array.Length);
        Assert.False(array.AsSpan().ContainsAnyExcept((byte)0x5A));
    }

    [Fact]
    public void Arrays_beside_it_keep_their_content()
    {
        byte[][] before = [.. Enumerable.Range(1, 8).Select(Filled)];
        byte[][] fresh = [.. Enumerable.Range(1, 8).Select(_ => FreshMemory.Allocate((1 << 20) + 77))];
        byte[][] after = [.. Enumerable.Range(1, 8).Select(Filled)];
        foreach (byte[] array in fresh)
            array.AsSpan().Clear();

        Assert.All(before.Index().Concat(after.Index()), one =>
            Assert.False(one.Item.AsSpan().ContainsAnyExcept((byte)(one.Index + 1))));

        static byte[] Filled(int value)
        {
            byte[] array = GC.AllocateUninitializedArray<byte>(1 << 20);
            array.AsSpan().Fill((byte)value);
            return array;
        }
    }
}
