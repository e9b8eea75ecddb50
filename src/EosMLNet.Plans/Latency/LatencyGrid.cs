namespace EosMLNet.Plans;

/// <summary>The token counts that latency is measured at.</summary>
public static class LatencyGrid
{
    /// <summary>
    /// 1, 2, 4, … and all; from 16 on also three numbers in between, if asked for: matrix products go by blocks of rows, and time by steps.
    /// </summary>
    /// <param name="visualTokens">All of them.</param>
    /// <param name="fine">Whether there are numbers in between.</param>
    public static IReadOnlyList<int> Of(int visualTokens, bool fine)
    {
        var grid = new List<int>();
        for (var tokens = 1; tokens < visualTokens; tokens *= 2)
        {
            var step = fine && tokens >= 16 ? tokens / 4 : tokens;
            for (var between = tokens; between < Math.Min(2 * tokens, visualTokens); between += step)
                grid.Add(between);
        }
        return [.. grid, visualTokens];
    }
}
