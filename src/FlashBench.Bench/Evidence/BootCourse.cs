using FlashBench.Bench.Journal;
using FlashBench.Bench.Watch;

namespace FlashBench.Bench.Evidence;

/// <summary>Whether every boot of a job, the interrupted ones too, began as the rules want it.</summary>
internal static class BootCourse
{
    private const int NonceLength = 8;

    /// <summary>What speaks against the boots, a sentence each.</summary>
    /// <param name="data">All records, those of interrupted boots among them.</param>
    public static IEnumerable<string> Faults(IReadOnlyList<JournalData> data)
    {
        bool verifiedOff = false, open = false;
        var nonces = new HashSet<string>();
        int boots = 0, finished = 0;
        foreach (JournalData record in data)
        {
            switch (record)
            {
                case JournalData.PowerSense sense:
                    verifiedOff = sense.State == "off";
                    break;
                case JournalData.JobResume:
                    (verifiedOff, open) = (false, false); // who was away knows nothing of the board
                    break;
                case JournalData.BootEnd { Why: not JournalData.BootEnd.Stopped }:
                    (open, finished) = (false, finished + 1);
                    break;
                case JournalData.BootEnd:
                    open = false;
                    break;
                case JournalData.BootBegin begin:
                    if (open)
                        yield return "a boot did not end";
                    if (!verifiedOff)
                        yield return $"boot {begin.Number} did not begin with power verified off";
                    if (begin.Number != ++boots || (begin.Kind == BootKind.Baseline) != (finished == 0))
                        yield return $"boot {begin.Number} is out of order";
                    if (begin.Kind != BootKind.Baseline && !BootKind.IsWatched(begin.Kind))
                        yield return $"boot {begin.Number} is of no known kind";
                    if (!IsNonce(begin.Nonce) || !nonces.Add(begin.Nonce))
                        yield return $"boot {begin.Number} has no nonce of its own";
                    open = true;
                    break;
            }
        }

        if (open)
            yield return "a boot did not end";
    }

    private static bool IsNonce(string nonce) => nonce.Length == NonceLength && nonce.Trim('0').Length > 0
        && nonce.All(c => c is >= '0' and <= '9' or >= 'a' and <= 'f');
}
