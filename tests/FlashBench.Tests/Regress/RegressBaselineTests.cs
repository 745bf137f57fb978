using System.Text;
using FlashBench.Bench.Journal;
using FlashBench.Bench.Regress;

namespace FlashBench.Tests.Regress;

public sealed class RegressBaselineTests
{
    private static readonly byte[] File = RegressBaseline.Write(
        RegressScript.Table(RegressScript.Cell(), RegressScript.Cell("ü \"b\".bin", outcome: CellOutcome.Fail)));

    [Fact]
    public void What_was_written_is_read_back_and_compares_as_the_same()
    {
        CellResult[] cells = [RegressScript.Cell(), RegressScript.Cell("ü \"b\".bin", outcome: CellOutcome.Fail)];

        RegressBaseline read = RegressBaseline.Read("known.json", File);

        Assert.Equal("R-1", read.Run);
        Assert.True(RegressComparison.Of("x", read.Cells, cells).IsSame);
        Assert.Equal(cells.Select(cell => cell.Key), read.Cells.Select(cell => cell.Key));
    }

    [Fact]
    public void A_baseline_cut_off_anywhere_is_refused()
    {
        for (int length = 0; length < File.Length - 2; length++)
        {
            byte[] cut = File[..length];
            Assert.Throws<EvidenceException>(() => RegressBaseline.Read("known.json", cut));
        }
    }

    [Theory]
    [InlineData("null")]
    [InlineData("[]")]
    [InlineData("{}")]
    [InlineData("{\"format\":\"something else\",\"run\":\"R\",\"cells\":[]}")]
    [InlineData("{\"format\":\"flashbench regress baseline 1\",\"run\":\"R\",\"cells\":null}")]
    [InlineData("{\"format\":\"flashbench regress baseline 1\",\"run\":\"R\",\"cells\":[null]}")]
    [InlineData("{\"format\":\"flashbench regress baseline 1\",\"run\":null,\"cells\":[]}")]
    [InlineData("{\"format\":\"flashbench regress baseline 1\",\"run\":\"R\",\"cells\":[],\"more\":1}")]
    [InlineData("{\"format\":\"flashbench regress baseline 1\",\"run\":\"R\",\"cells\":[{}]}")]
    public void What_is_no_baseline_is_refused(string content) => Assert.Throws<EvidenceException>(
        () => RegressBaseline.Read("known.json", Encoding.UTF8.GetBytes(content)));

    [Theory]
    [InlineData("\"outcome\":\"Pass\"", "\"outcome\":\"Great\"")]
    [InlineData("\"outcome\":\"Pass\"", "\"outcome\":99")]
    [InlineData("\"outcome\":\"Pass\"", "\"outcome\":null")]
    [InlineData("\"jobs\":[\"R-1.virtual-me8.purism\"]", "\"jobs\":[null]")]
    [InlineData("\"stages\":[{\"stage\":\"audit\"", "\"stages\":[null,{\"stage\":\"audit\"")]
    [InlineData("\"changedBytes\":7", "\"changedBytes\":-7")]
    [InlineData("\"seconds\":1.5", "\"seconds\":1e999")]
    [InlineData("\"file\":\"a.bin\"", "\"file\":\"\\u00fc \\u0022b\\u0022.bin\"")] // two results for one cell
    public void Hostile_values_are_refused(string value, string other)
    {
        string text = Encoding.UTF8.GetString(File);
        Assert.Contains(value, text, StringComparison.Ordinal);
        int at = text.IndexOf(value, StringComparison.Ordinal);

        Assert.Throws<EvidenceException>(() => RegressBaseline.Read(
            "known.json", Encoding.UTF8.GetBytes(text[..at] + other + text[(at + value.Length)..])));
    }

    [Fact]
    public void Texts_longer_than_any_run_makes_are_refused()
    {
        RegressTable table = RegressScript.Table(RegressScript.Cell(reason: new string('x', 10_000)));

        Assert.Throws<EvidenceException>(() => RegressBaseline.Read("known.json", RegressBaseline.Write(table)));
    }

    [Fact]
    public void Noise_never_does_anything_but_refuse()
    {
        var random = new Random(7);
        for (int i = 0; i < 3000; i++)
        {
            byte[] noisy = [.. File];
            for (int flips = random.Next(1, 4); flips > 0; flips--)
                noisy[random.Next(noisy.Length)] = (byte)random.Next(256);
            try
            {
                RegressBaseline.Read("known.json", noisy);
            }
            catch (EvidenceException)
            {
                // As it must.
            }
        }
    }
}
