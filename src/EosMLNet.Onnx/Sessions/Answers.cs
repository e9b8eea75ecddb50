namespace EosMLNet.Onnx.Sessions;

/// <summary>Greedy decoding: each row gets its likeliest tokens until it ends.</summary>
internal static class Answers
{
    /// <summary>Answers the rows of a run.</summary>
    /// <param name="run">The run, behind its prompts.</param>
    /// <param name="ends">The tokens that end an answer.</param>
    /// <param name="rows">The rows. One that is cancelled ends without changing the others.</param>
    /// <param name="cancellation">Checked before each token.</param>
    internal static (int[] Ids, double MeanProbability)[] Of(
        DecoderRun run, IReadOnlyList<int> ends, IReadOnlyList<AnswerRow> rows, CancellationToken cancellation)
    {
        var (sums, steps, ended) = (new double[rows.Count], new int[rows.Count], new bool[rows.Count]);
        List<int>[] ids = [.. rows.Select(_ => new List<int>())];
        for (; ; run.Add(run.NextTokens, cancellation))
        {
            foreach (var (i, row) in rows.Index())
            {
                ended[i] |= row.Cancellation.IsCancellationRequested;
                if (!ended[i])
                    Take(i, row);
            }
            if (Array.TrueForAll(ended, end => end))
                return [.. ids.Select((_, i) => Answer(i))];
        }

        void Take(int i, AnswerRow row)
        {
            var token = (int)run.NextTokens[i];
            sums[i] += run.Probabilities[i];
            steps[i]++;
            ended[i] = ends.Contains(token);
            if (!ended[i])
            {
                ids[i].Add(token);
                row.OnToken?.Invoke(token);
                ended[i] = ids[i].Count == row.MaxNewTokens;
            }
            if (ended[i])
                row.OnEnd?.Invoke(Answer(i).Ids, Answer(i).MeanProbability);
        }

        (int[] Ids, double MeanProbability) Answer(int i) => ([.. ids[i]], sums[i] / steps[i]);
    }
}
