namespace EosMLNet.Tests.Families;

public class QwenPatchesTests
{
    // Heads of 16 numbers, so that four frequencies turn by the row and four by the column; squares of 2 x 2 patches.
    private static readonly QwenVisionConfig Tower = new()
    {
        HiddenSize = 32, HeadCount = 2, PatchSize = 6, MergeSize = 2, WindowSize = 24, PositionSide = 3,
    };

    [Fact]
    public void One_half_of_the_frequencies_turns_by_the_row_the_other_by_the_column()
    {
        var patches = new QwenPatches(Tower);
        double[] half = [1, 0.1, 0.01, 0.001]; // 10000 to the powers 0, -1/4, -1/2, -3/4
        Assert.Equal([.. half, .. half], patches.Frequencies, (a, b) => Math.Abs(a - b) < 1e-15);
        Assert.Equal([0, 0, 0, 0, 1, 1, 1, 1], patches.Axes);
    }

    [Fact]
    public void Patches_come_square_by_square_and_step_by_step()
    {
        (long, long)[] step = [(0, 0), (0, 1), (1, 0), (1, 1), (0, 2), (0, 3), (1, 2), (1, 3), (2, 0), (2, 1), (3, 0), (3, 1), (2, 2), (2, 3), (3, 2), (3, 3)];
        Assert.Equal(step, new QwenPatches(Tower).Places((1, 2, 2)));
        Assert.Equal([.. step, .. step], new QwenPatches(Tower).Places((2, 2, 2)));
    }

    [Fact]
    public void Learned_positions_are_stretched_corners_on_corners()
    {
        // 2 x 2 patches on 3 x 3 positions: each is a corner.
        var (positions, shares) = new QwenPatches(Tower).LearnedPositions((1, 1, 1));
        Assert.Equal([0, 2, 6, 8], Enumerable.Range(0, 4).Select(patch => Assert.Single(Enumerable.Range(4 * patch, 4).Where(i => shares[i] == 1).Select(i => positions[i]))));
        // 4 patches over 3 positions: the second is two thirds of the way to the middle.
        (positions, shares) = new QwenPatches(Tower).LearnedPositions((1, 1, 2));
        Assert.Equal([0, 1, 3, 4], positions[4..8]); // the patch in row 0, column 1
        Assert.Equal([1 / 3.0, 2 / 3.0, 0, 0], shares[4..8], (a, b) => Math.Abs(a - b) < 1e-12);
        Assert.All(Enumerable.Range(0, shares.Length / 4), patch => Assert.Equal(1, shares[(4 * patch)..(4 * patch + 4)].Sum(), 1e-12));
        Assert.All(positions, position => Assert.InRange(position, 0, 8));
    }

    // 4 rows over 3 positions lie at 0, 2/3, 4/3 and 2; 6 columns at 0, 0.4, 0.8, 1.2, 1.6 and 2.
    [Theory]
    [InlineData(0, new long[] { 0, 1, 3, 4 }, 0.0, 0.0)]
    [InlineData(10, new long[] { 1, 2, 4, 5 }, 2 / 3.0, 0.6)] // row 1, column 4
    [InlineData(17, new long[] { 4, 5, 7, 8 }, 1 / 3.0, 0.2)] // row 2, column 3
    [InlineData(23, new long[] { 8, 8, 8, 8 }, 0.0, 0.0)] // row 3, column 5: there is nothing behind it
    public void A_patch_mixes_the_four_positions_around_it(int patch, long[] corners, double down, double across)
    {
        var (positions, shares) = new QwenPatches(Tower).LearnedPositions((1, 2, 3));
        Assert.Equal((96, 96), (positions.Length, shares.Length));
        Assert.Equal(corners, positions[(4 * patch)..(4 * patch + 4)]);
        double[] expected = [(1 - down) * (1 - across), (1 - down) * across, down * (1 - across), down * across];
        Assert.Equal(expected, shares[(4 * patch)..(4 * patch + 4)], (a, b) => Math.Abs(a - b) < 1e-12);
    }

    [Fact]
    public void A_single_patch_has_the_first_position()
    {
        var (positions, shares) = new QwenPatches(Tower with { MergeSize = 1 }).LearnedPositions((1, 1, 1));
        Assert.Equal([0, 1, 3, 4], positions);
        Assert.Equal([1, 0, 0, 0], shares);
    }

    [Fact]
    public void Whole_windows_leave_none_at_the_border() =>
        Assert.Equal([[0, 1, 4, 5], [2, 3, 6, 7]], new QwenPatches(Tower).Windows(2, 4));

    [Fact]
    public void Windows_hold_each_token_once_and_are_smaller_at_the_border()
    {
        var windows = new QwenPatches(Tower).Windows(3, 5); // of 2 x 2 tokens
        Assert.Equal([[0, 1, 5, 6], [2, 3, 7, 8], [4, 9], [10, 11], [12, 13], [14]], windows);
        Assert.Equal(Enumerable.Range(0, 15), windows.SelectMany(window => window).Order());
    }

    [Fact]
    public void Sides_and_numbers_follow_from_the_patch() => Assert.Equal((12, 3 * 2 * 6 * 6), (Tower.TokenSide, Tower.PatchValues));
}
