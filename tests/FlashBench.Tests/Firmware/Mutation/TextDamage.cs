namespace FlashBench.Tests.Firmware.Mutation;

/// <summary>Damages text as a bad line does: bytes flipped, lost, doubled; lines cut, repeated and mixed.</summary>
internal sealed class TextDamage(byte[] original)
{
    /// <summary>Damages a copy of the original in one to six places.</summary>
    /// <param name="text">The copy.</param>
    /// <param name="random">Decides everything.</param>
    /// <returns>How many bytes of the copy count.</returns>
    public int Apply(byte[] text, Random random)
    {
        int length = original.Length;
        for (int n = random.Next(1, 7); n > 0 && length > 1; n--)
            length = DamageOnce(text.AsSpan(), length, random);
        return length;
    }

    private int DamageOnce(Span<byte> text, int length, Random random)
    {
        int at = random.Next(length), span = random.Next(1, Math.Min(length - at, 64) + 1);
        switch (random.Next(7))
        {
            case 0:
                text[at] ^= (byte)(1 << random.Next(8));
                return length;
            case 1:
                text[at] = (byte)random.Next(256);
                return length;
            case 2: // lost
                text[(at + span)..length].CopyTo(text[at..]);
                return length - span;
            case 3: // one value becomes another: digits are what decoders live on
                text[at] = (byte)"0123456789abcdefABCDEFx: \n"[random.Next(26)];
                return length;
            case 4: // a line end too much
                text[at] = (byte)'\n';
                return length;
            case 5: // a part of the original once more, elsewhere
                original.AsSpan(random.Next(original.Length - span + 1), span).CopyTo(text[at..]);
                return length;
            default:
                return at;
        }
    }
}
