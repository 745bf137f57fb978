using FlashBench.Cli.Regress;

namespace FlashBench.Tests.Cli.Regress;

public sealed class CutNamesTests
{
    [Fact]
    public void Names_that_differ_in_the_middle_stay_apart()
    {
        string[] names =
        [
            "ifd-starlabsltd-starbook-mtl-flashdescriptor", "short", "ifd-starlabsltd-starbook-tgl-flashdescriptor",
            "ifd-mrchromebox-librem-cnl-librem-14-flashdescriptor", "ifd-mrchromebox-purism-librem-bdw-flashdescriptor",
            "me-11.6.31.3309-con-h-da-prd-extr",
        ];

        Assert.Equal(
            [
                "ifd-...mtl-flashdescriptor", "short", "ifd-...tgl-flashdescriptor", "ifd-...librem-cnl-librem-14-...",
                "ifd-...purism-librem-bdw-fla...", "me-11.6.31.330...-h-da-prd-extr",
            ],
            CutNames.To(names, 31));
    }

    [Fact]
    public void Whatever_they_are_called_they_fit_and_different_ones_look_different()
    {
        var random = new Random(5);
        for (int round = 0; round < 200; round++)
        {
            int before = random.Next(0, 60), after = random.Next(0, 60); // what they have in common
            string[] names =
            [
                .. Enumerable.Range(0, 12).Select(i =>
                    $"{new string('x', before)}{(char)('a' + i)}{new string('y', after)}"),
            ];
            string[] cut = CutNames.To(names, 24);

            Assert.All(cut, name => Assert.True(name.Length <= 24, name));
            Assert.Equal(names.Distinct().Count(), cut.Distinct().Count());
        }
    }

    [Fact]
    public void Equal_names_stay_equal() => Assert.All(
        CutNames.To([new string('a', 40), new string('a', 40)], 16), name => Assert.Equal("aaaaaaa...aaaaaa", name));
}
