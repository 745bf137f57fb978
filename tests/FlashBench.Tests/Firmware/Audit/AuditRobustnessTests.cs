using System.Text;
using FlashBench.Firmware;
using FlashBench.Firmware.Audit;
using FlashBench.Firmware.Formats;

namespace FlashBench.Tests.Firmware.Audit;

/// <summary>Damage makes an audit say less, never something better.</summary>
public class AuditRobustnessTests
{
    // Redundant, as a technician's file is: most facts stand in it twice.
    private static readonly string Whole = string.Concat(
        HostTexts.Core, HostTexts.Flags, HostTexts.Core, HostTexts.LmNic, HostTexts.Wifi, HostTexts.Hm70,
        HostTexts.MeInfo, HostTexts.IntelMeTool, HostTexts.OnlyS2Idle);

    public static TheoryData<int> Seeds => [.. Enumerable.Range(1, 10)];

    public static TheoryData<string> AllIds => [.. RealImages.Ids];

    [Theory]
    [MemberData(nameof(Seeds))]
    public void Damage_never_turns_a_fact_into_a_better_one(int seed)
    {
        var random = new Random(seed);
        ImageAnalysis laptop = Boot();
        ImageAudit whole = ImageAudit.Of(laptop, HostText.Read(Whole));
        string[] bad = [.. whole.Rules.Where(r => r.State == RuleState.Triggered).Select(r => r.Id)];
        Assert.Contains("verified-boot", bad);

        for (int i = 0; i < 400; i++)
        {
            string damaged = Damage(Whole, random);
            var audit = ImageAudit.Of(laptop, HostText.Read(damaged));

            Assert.True(audit.Amt.Processor.Presence == Presence.Unknown, damaged);
            Assert.True(audit.Amt.Network.Presence != Presence.Absent, damaged);
            Assert.All(bad, id => Assert.True(StateOf(audit, id) != RuleState.Clear, $"{id} cleared by:\n{damaged}"));
        }
    }

    // Nothing in it speaks of the board, so nothing may become known.
    [Theory]
    [MemberData(nameof(Seeds))]
    public void Damage_never_makes_evidence_of_nothing(int seed)
    {
        var random = new Random(seed);
        ImageAnalysis laptop = Boot();
        string silent = string.Concat(
            HostTexts.Realtek, "BIOS Information\n\tVersion: 1.27\n", "flags\t\t: fpu vme de\n",
            "Intel(R) MEInfo Version: 10.0.60.3000\n", HostTexts.Columns, "OEM Public Key Hash (ME):\n");
        var states = ImageAudit.Of(laptop, HostText.Read(silent)).Rules.Select(r => r.State).ToArray();

        for (int i = 0; i < 400; i++)
        {
            var audit = ImageAudit.Of(laptop, HostText.Read(Damage(silent, random)));

            Assert.Equal(states, audit.Rules.Select(r => r.State));
            Assert.NotEqual(Presence.Absent, audit.Amt.Verdict);
            Assert.All(audit.Fuses.Items, f => Assert.Null(f.Value));
        }
    }

    [Fact]
    public void Every_truncation_says_less_and_nothing_else()
    {
        HostFacts whole = HostText.Read(Whole);
        for (int length = 0; length < Whole.Length; length++)
        {
            HostFacts cut = HostText.Read(Whole[..length]);

            Assert.True(cut.Processor is null || cut.Processor == whole.Processor);
            Assert.True(cut.SupportsS3 is null || cut.SupportsS3 == whole.SupportsS3);
            Assert.True(cut.BootGuardMsr is null || cut.BootGuardMsr == whole.BootGuardMsr);
            Assert.True(cut.Registers.Hfsts6 is null || cut.Registers.Hfsts6 == whole.Registers.Hfsts6);
            Assert.Equal(whole.Pci.Take(cut.Pci.Length), cut.Pci);
            Assert.Equal(whole.Fuses.Take(cut.Fuses.Length), cut.Fuses);
        }
    }

    [Theory]
    [MemberData(nameof(AllIds))]
    public void Every_real_image_is_audited_or_refused_as_no_image(string id)
    {
        byte[] bytes = RealImages.Load(id);
        ImageAnalysis image;
        try
        {
            image = ImageAnalysis.Read(bytes, KeyRing.Intel);
        }
        catch (ImageFormatException)
        {
            return;
        }

        var audit = ImageAudit.Of(image, HostText.Read(Whole));

        Assert.All(audit.Rules, r => Assert.False(string.IsNullOrWhiteSpace(r.Reason) || r.Reason.EndsWith('.')));
        Assert.Equal(
            !image.IsSound, StateOf(audit, "image-unsound") == RuleState.Triggered);
        Assert.True(image.IsSound || audit.Refusals.Any());
    }

    [Theory]
    [MemberData(nameof(Seeds))]
    public void Hand_made_images_with_damage_are_audited_too(int seed)
    {
        var random = new Random(seed);
        HostFacts host = HostText.Read(Whole);
        foreach (TestImage image in (TestImage[])[TestImage.Gen2Dump(), TestImage.Gen3Dump(), TestImage.Gen3Region()])
        {
            for (int i = 0; i < 40; i++)
            {
                byte[] bytes = [.. image.Bytes];
                for (int n = 0; n < 4; n++)
                    bytes[random.Next(0x2000)] = (byte)random.Next(256);
                try
                {
                    Assert.Equal(29, ImageAudit.Of(ImageAnalysis.Read(bytes, TestKey.Ring), host).Rules.Length);
                }
                catch (ImageFormatException)
                {
                    // No image any more: said by the reader, and nothing is audited.
                }
            }
        }
    }

    // An ME 10 on a 6/7-series descriptor, so that both the HM70 rule and the fuses have something to say.
    private static ImageAnalysis Boot()
    {
        TestImage image = TestImage.Gen2Dump().Put(0x40 + 12, 0x00120011);
        return image.Put(image.Manifest + 0x24, 10).Sign().Analyse();
    }

    private static RuleState StateOf(ImageAudit audit, string id) => audit.Rules.Single(r => r.Id == id).State;

    // One to four of: a flipped bit, a lost or doubled character, a foreign one, a lost line, two lines swapped, a cut.
    private static string Damage(string text, Random random)
    {
        var damaged = new StringBuilder(text);
        for (int n = random.Next(1, 5); n > 0 && damaged.Length > 2; n--)
        {
            int at = random.Next(damaged.Length);
            switch (random.Next(6))
            {
                case 0: damaged[at] = (char)(damaged[at] ^ 1 << random.Next(8)); break;
                case 1: damaged.Remove(at, 1); break;
                case 2: damaged.Insert(at, damaged[at]); break;
                case 3: damaged[at] = (char)random.Next(256); break;
                case 4: LoseLine(damaged, at); break;
                default: damaged.Length = random.Next(4) == 0 ? at : damaged.Length; break;
            }
        }

        return damaged.ToString();
    }

    private static void LoseLine(StringBuilder text, int at)
    {
        string all = text.ToString();
        int start = all.LastIndexOf('\n', at) + 1, end = all.IndexOf('\n', at);
        if (end >= start)
            text.Remove(start, end - start + 1);
    }
}
