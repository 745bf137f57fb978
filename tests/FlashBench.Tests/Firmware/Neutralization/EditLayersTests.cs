using FlashBench.Firmware;
using FlashBench.Firmware.Neutralization;

namespace FlashBench.Tests.Firmware.Neutralization;

public class EditLayersTests
{
    public static TheoryData<int> Seeds => [.. Enumerable.Range(1, 40)];

    // Against the plain rule: a byte belongs to the first edit of the list that covers it.
    [Theory]
    [MemberData(nameof(Seeds))]
    public void Every_byte_belongs_to_the_first_edit_that_covers_it(int seed)
    {
        var random = new Random(seed);
        Edit[] edits = [.. Enumerable.Range(0, random.Next(0, 30)).Select(i => new Edit(
            FlashRange.At(random.Next(100), random.Next(30)), new ChangeRule($"rule {i}", ""), null))];
        int[] expected = new int[140];
        for (int i = 0; i < expected.Length; i++)
            expected[i] = Array.FindIndex(edits, e => e.Range.Start <= i && i < e.Range.End);

        int[] actual = [.. Enumerable.Repeat(-1, expected.Length)];
        long end = 0;
        foreach ((FlashRange part, Edit edit) in EditLayers.Flatten(edits))
        {
            Assert.True(part.Start >= end && !part.IsEmpty, "pieces ascend and are separate");
            end = part.End;
            actual.AsSpan((int)part.Start, (int)part.Length).Fill(Array.IndexOf(edits, edit));
        }

        Assert.Equal(expected, actual);
    }
}
