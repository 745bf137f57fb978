using System.Text;
using FlashBench.Bench.Evidence;

namespace FlashBench.Tests.Evidence;

public sealed class HashedTextTests
{
    [Theory]
    [InlineData("")]
    [InlineData("plain")]
    [InlineData("\uFEFFtäxt \U0001F527 end")]
    public void Its_digest_is_that_of_the_whole_text_however_it_is_cut(string word)
    {
        string text = string.Concat(Enumerable.Repeat(word, 1500));
        FileDigest expected = EvidenceDigests.Of(Encoding.UTF8.GetBytes(text));

        Assert.Equal(expected, EvidenceDigests.OfText(output => output.Write(text)));
        Assert.Equal(expected, EvidenceDigests.OfText(output => text.ToList().ForEach(output.Write)));
        Assert.Equal(expected, EvidenceDigests.OfText(output =>
        {
            for (int at = 0; at < text.Length; at += 977)
                output.Write(text.AsSpan(at, Math.Min(977, text.Length - at)));
        }));
    }
}
