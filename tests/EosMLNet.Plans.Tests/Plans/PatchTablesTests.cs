using FsCheck;
using FsCheck.Xunit;

namespace EosMLNet.Tests.Plans;

public class PatchTablesTests
{
    [Theory]
    [InlineData(9, 3, "010010010")]
    [InlineData(8, 3, "01001010")]
    [InlineData(4, 1, "0010")]
    [InlineData(3, 3, "111")]
    [InlineData(3, 0, "000")]
    public void A_lattice_marks_the_middle_of_each_stretch(int tokens, int keep, string marks) =>
        Assert.Equal(marks, string.Concat(PatchTables.Lattice(tokens, keep)));

    [Property]
    public bool A_lattice_marks_as_many_as_are_kept(DoNotSize<ushort> tokens, DoNotSize<ushort> keep) =>
        PatchTables.Lattice(1 + tokens.Item, keep.Item % (tokens.Item + 2)).Sum() == keep.Item % (tokens.Item + 2);

    [Fact]
    public void Random_numbers_are_those_of_seed_and_index_and_uniform()
    {
        var numbers = PatchTables.Random(7, 10_000);
        Assert.All(numbers, number => Assert.InRange(number, 0, 1 - 1e-17));
        Assert.Equal(0.5, numbers.Average(), 0.02);
        Assert.Equal(1 / 12.0, numbers.Average(number => (number - 0.5) * (number - 0.5)), 0.005);
        Assert.Equal(numbers[..100], PatchTables.Random(7, 100)); // more of them change none
        Assert.Equal(10_000, numbers.Distinct().Count());
        Assert.Empty(numbers.Intersect(PatchTables.Random(8, 10_000)));
        Assert.Empty(numbers.Intersect(PatchTables.Random(-7, 10_000)));
    }

    // The first numbers of the published generator (https://prng.di.unimi.it/splitmix64.c).
    [Theory]
    [InlineData(0UL, 0xE220A8397B1DCDAF)]
    [InlineData(1234567UL, 6457827717110365317)]
    [InlineData(1234567UL + 0x9E3779B97F4A7C15, 3203168211198807973)]
    public void Counters_are_mixed_as_SplitMix64_does(ulong counter, ulong expected) => Assert.Equal(expected, SplitMix64.Mix(counter));

    [Fact]
    public void A_place_of_a_video_is_known_one_step_before()
    {
        var (frame, other) = (new VisualRegion(1, 2), new VisualRegion(2, 1));
        Assert.Equal([4, 4, 0, 1, 4], PatchTables.Before(new VisualLayout(frame, frame)));
        Assert.Equal([6, 6, 6, 6, 2, 3, 6], PatchTables.Before(new VisualLayout(frame, other, other)));
        Assert.Equal([6, 6, 0, 1, 2, 3, 6], PatchTables.Before(new VisualLayout(frame, frame, frame)));
        Assert.Equal([2, 2, 2], PatchTables.Before(new VisualLayout(VisualRegion.Single, VisualRegion.Single)));
        Assert.Equal([2, 2, 2], PatchTables.Before(new VisualLayout(frame)));
    }

    [Fact]
    public void Windows_cut_the_grid_in_rows_and_columns()
    {
        Assert.Equal([0, 0, 1, 1, 0, 0, 1, 1, 2, 2, 3, 3, 2, 2, 3, 3, PatchTables.NoWindow], PatchTables.Windows(new VisualGrid(4, 4), 4));
        Assert.Equal([0, 0, 1, 2, 2, 3, -1], PatchTables.Windows(new VisualGrid(2, 3), 4));
        Assert.Equal([0, 0, -1], PatchTables.Windows(new VisualLayout(VisualRegion.Single, new VisualRegion(1, 2)), 1));
    }

    [Fact]
    public void Distances_to_the_middle_of_a_window_are_in_half_patches()
    {
        Assert.Equal([8, 4, 8, 4, 0, 4, 8, 4, 8, 0], PatchTables.DistancesToMiddle(new VisualGrid(3, 3), 1));
        Assert.Equal([2, 2, 2, 2, 2, 2, 2, 2, 0], PatchTables.DistancesToMiddle(new VisualGrid(2, 4), 2));
        Assert.Equal([1, 1, 0, 0], PatchTables.DistancesToMiddle(new VisualGrid(1, 3), 2));
    }

    [Fact]
    public void Without_one_grid_or_without_a_cut_there_are_no_windows()
    {
        VisualLayout newlines = new(new VisualRegion(2, 2, HasNewlines: true));
        Expect.Error(EosErrors.PlanMismatch, () => PatchTables.Windows(newlines, 1), "several grids, or have newlines");
        Expect.Error(EosErrors.PlanMismatch, () => PatchTables.DistancesToMiddle(newlines, 1), "several grids");
        Expect.Error(EosErrors.PlanMismatch, () => PatchTables.Windows(new VisualGrid(2, 2), 3), "2 x 2", "3 windows");
        Expect.Error(EosErrors.PlanMismatch, () => PatchTables.DistancesToMiddle(new VisualGrid(2, 2), 5), "2 x 2", "5 windows");
    }

    [Theory]
    [InlineData(12, 12, 16, 4, 4)]
    [InlineData(12, 12, 12, 3, 4)]
    [InlineData(4, 12, 3, 1, 3)]
    [InlineData(12, 4, 3, 3, 1)]
    [InlineData(2, 6, 7, 0, 0)]
    [InlineData(3, 3, 9, 3, 3)]
    public void A_grid_is_cut_into_windows_as_square_as_possible(int rows, int columns, int count, int down, int across) =>
        Assert.Equal(down == 0 ? null : new VisualGrid(down, across), PatchGrid.Cut(new(rows, columns), count));
}
