namespace EosMLNet.Evaluation.Benchmarks;

/// <summary>
/// POPE (arXiv:2305.10355): is an object in the image? <c>coco_pope_random.json</c>, <c>…_popular</c> and <c>…_adversarial</c> with one
/// JSON object a line, in the folder or in <c>coco/</c>, and <c>val2014/</c>. The figure is the mean of the three splits' F1 of "yes".
/// </summary>
internal sealed class PopeBenchmark : Benchmark
{
    private readonly bool[] expected;
    private readonly int[] splits;
    private readonly string[] names;

    private PopeBenchmark(BenchmarkBuilder collected)
        : base("pope", collected)
    {
        expected = [.. Questions.Select(q => q.References[0] == "yes")];
        names = [.. Categories.Keys];
        splits = [.. Questions.Select(q => Array.IndexOf(names, q.Category))];
    }

    public override string Metric => "F1, mean of the splits, %";

    internal static Benchmark Load(string folder)
    {
        var builder = new BenchmarkBuilder();
        var questions = Directory.Exists(Path.Combine(folder, "coco")) ? Path.Combine(folder, "coco") : folder;
        foreach (var split in (string[])["random", "popular", "adversarial"])
            foreach (var entry in BenchmarkFile.JsonLines(Path.Combine(questions, $"coco_pope_{split}.json")))
            {
                builder.Add(new BenchmarkQuestion
                {
                    Images = [builder.Image(Path.Combine(folder, "val2014"), entry.Text("image"), entry.Bad)],
                    Prompt = entry.Text("text") + OneWord,
                    References =
                        [entry.Text("label") is "yes" or "no" ? entry.Text("label") : throw entry.Bad("'label' is neither yes nor no")],
                    Category = split,
                });
            }
        return new PopeBenchmark(builder);
    }

    public override double Score(BenchmarkQuestion question, string answer) => SaysYes(answer) == (question.References[0] == "yes") ? 1 : 0;

    internal override double Value(IReadOnlyList<double> scores, IReadOnlyList<int> drawn) =>
        Counted(scores, drawn).Where(c => c.Rows > 0).Average(c => 100 * c.F1);

    internal override IEnumerable<(string Name, double Value)> Details(IReadOnlyList<double> scores)
    {
        var once = new int[scores.Count];
        Array.Fill(once, 1);
        return names.Zip(Counted(scores, once)).SelectMany(split => ((string, double)[])
        [
            ($"{split.First} accuracy", 100 * split.Second.Right / split.Second.Rows),
            ($"{split.First} precision", 100 * split.Second.Precision), ($"{split.First} recall", 100 * split.Second.Recall),
            ($"{split.First} F1", 100 * split.Second.F1),
            ($"{split.First} yes", 100 * (split.Second.TruePositive + split.Second.FalsePositive) / split.Second.Rows),
        ]);
    }

    // A first sentence with "no" or "not" in it says no, any other yes.
    private static bool SaysYes(string answer) =>
        !answer.Split('.')[0].Replace(",", "").Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries)
            .Any(word => word is "No" or "no" or "not");

    private Counts[] Counted(IReadOnlyList<double> scores, IReadOnlyList<int> drawn)
    {
        var counts = new Counts[names.Length];
        for (var row = 0; row < scores.Count; row++)
        {
            ref var split = ref counts[splits[row]];
            var right = scores[row] > 0;
            split.Rows += drawn[row];
            split.Right += right ? drawn[row] : 0;
            split.TruePositive += right && expected[row] ? drawn[row] : 0;
            split.FalsePositive += !right && !expected[row] ? drawn[row] : 0;
            split.FalseNegative += !right && expected[row] ? drawn[row] : 0;
        }
        return counts;
    }

    private struct Counts
    {
        internal double Rows, Right, TruePositive, FalsePositive, FalseNegative;

        internal readonly double Precision => TruePositive == 0 ? 0 : TruePositive / (TruePositive + FalsePositive);
        internal readonly double Recall => TruePositive == 0 ? 0 : TruePositive / (TruePositive + FalseNegative);
        internal readonly double F1 => TruePositive == 0 ? 0 : 2 * TruePositive / (2 * TruePositive + FalsePositive + FalseNegative);
    }
}
