using FlashBench.Bench.Config;
using FlashBench.Bench.Regress;

namespace FlashBench.Tests.Regress;

public sealed class RegressMatrixTests
{
    private static readonly DutProfile[] Profiles = [DutProfiles.Load("virtual-me8"), DutProfiles.Load("lenovo-x230")];

    [Fact]
    public void An_image_gets_every_policy_on_every_board_type_that_ships_with_its_version()
    {
        RegressCell[] cells = [.. RegressMatrix.Cells(
            [RegressScript.Image("a.bin", "ME 8.1.0.1"), RegressScript.Image("b.bin", "ME 7.0.0.1")],
            ["purism", "hap-only"], Profiles)];

        Assert.Equal(
            [
                "a.bin virtual-me8 purism", "a.bin virtual-me8 hap-only", "a.bin lenovo-x230 purism",
                "a.bin lenovo-x230 hap-only", "b.bin virtual-me8 purism", "b.bin virtual-me8 hap-only",
            ],
            cells.Select(cell => $"{cell.File.Name} {cell.Profile?.Id} {cell.Policy}"));
        Assert.All(cells, cell => Assert.Null(cell.WhyNoBoard));
    }

    [Theory]
    [InlineData("ME 12.0.0.1", RegressFileKind.Dump, "no board profile is for ME 12")]
    [InlineData("TXE 2.0.0.1", RegressFileKind.Region, "no board profile is for TXE 2.0.0.1")]
    [InlineData("", RegressFileKind.Dump, "the image holds no ME that could run")]
    [InlineData("", RegressFileKind.Descriptor, "a flash descriptor alone holds no ME")]
    public void An_image_that_no_board_type_is_for_has_cells_that_say_so(string me, RegressFileKind kind, string why)
    {
        RegressCell cell = Assert.Single(
            RegressMatrix.Cells([RegressScript.Image("a.bin", me, kind)], ["purism"], Profiles));

        Assert.Null(cell.Profile);
        Assert.Equal(why, cell.WhyNoBoard);
    }

    [Theory]
    [InlineData(RegressFileKind.NoImage, CellOutcome.NoImage)]
    [InlineData(RegressFileKind.Damaged, CellOutcome.Refused)]
    [InlineData(RegressFileKind.Duplicate, CellOutcome.Duplicate)]
    [InlineData(RegressFileKind.Unreadable, CellOutcome.Unreadable)]
    public void A_file_that_is_no_image_of_its_own_has_no_cells_and_one_result(
        RegressFileKind kind, CellOutcome outcome)
    {
        var file = new RegressFile("x", kind, "why");

        Assert.Empty(RegressMatrix.Cells([file], ["purism"], Profiles));
        Assert.Equal((outcome, "why"), (file.ResultOfNoImage("R").Outcome, file.ResultOfNoImage("R").Reason));
    }

    [Fact]
    public void The_key_of_a_cell_depends_on_everything_that_its_result_depends_on()
    {
        RegressOrder order = RegressScript.Order();
        var cell = new RegressCell(RegressScript.Image("a.bin"), "purism", Profiles[0]);
        string key = order.Named(cell, "", "R-1").Key;
        string[] others =
        [
            (order with { Build = "other" }).Named(cell, "", "R-1").Key,
            (order with { Repeat = 2 }).Named(cell, "", "R-1").Key,
            (order with { Require = "L2" }).Named(cell, "", "R-1").Key,
            order.Named(cell with { Policy = "hap-only" }, "", "R-1").Key,
            order.Named(cell with { Profile = Profiles[1] }, "", "R-1").Key,
            order.Named(cell with { Profile = Profiles[0] with { Sha256 = "x" } }, "", "R-1").Key,
            order.Named(cell with { File = cell.File with { Sha256 = "y" } }, "", "R-1").Key,
            order.Named(cell, "desk1", "R-1").Key,
            order.Named(cell with { Board = "of desk1" }, "", "R-1").Key,
            order.Named(cell with { Board = "of desk1" }, "desk1", "R-1").Key,
        ];

        Assert.Equal(key, order.Named(cell with { File = cell.File with { Name = "b.bin" } }, "", "R-2").Key);
        Assert.True(order.Named(cell, "", "R-1").IsSimulated);
        Assert.False(order.Named(cell with { IsSimulated = false }, "desk1", "R-1").IsSimulated);
        Assert.DoesNotContain(key, others);
        Assert.Equal(others.Length, others.Distinct().Count());
    }
}
