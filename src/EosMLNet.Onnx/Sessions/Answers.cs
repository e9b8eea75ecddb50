namespace EosMLNet.Onnx.Sessions;

/// <summary>Greedy decoding: each row gets its likeliest tokens until it ends.</summary>
internal static class Answers
{
    /// <summary>Answers the rows of a run.</summary>
    /// <param name="run">The run, behind its prompts.</param>
    /// <param name="ends">The tokens that end an answer.</param>
    /// <param name="maxNewTokens">The most tokens a row is given.</param>
    /// <param name="onToken">Told each row's new tokens.</param>
    /// <param name="cancellation">Checked before each token.</param>
    internal static (int[] Ids, double MeanProbability)[] Of(
        DecoderRun run, IReadOnlyList<int> ends, int maxNewTokens, Action<int, int> onToken, CancellationToken cancellation)
    {
        var rows = run.NextTokens.Length;
        var (ids, sums, steps, ended) = (new List<int>[rows], new double[rows], new int[rows], new bool[rows]);
        for (var row = 0; row < rows; row++)
            ids[row] = [];
        for (var step = 0; ; step++)
        {
            for (var row = 0; row < rows; row++)
            {
                if (ended[row])
                    continue;
                var token = (int)run.NextTokens[row];
                sums[row] += run.Probabilities[row];
                steps[row]++;
                ended[row] = ends.Contains(token);
                if (ended[row])
                    continue;
                ids[row].Add(token);
                onToken(row, token);
            }
            if (step == maxNewTokens - 1 || Array.TrueForAll(ended, end => end))
                return [.. ids.Select((answer, row) => (answer.ToArray(), sums[row] / steps[row]))];
            run.Add(run.NextTokens, cancellation);
        }
    }
}
