using System.Text.RegularExpressions;

namespace EosMLNet.Evaluation.Benchmarks;

/// <summary>Questions with lettered options; the score is the share of right letters.</summary>
internal sealed partial class ChoiceBenchmark : Benchmark
{
    private readonly bool circular;

    private ChoiceBenchmark(string name, BenchmarkBuilder collected)
        : base(name, collected) =>
            circular = Questions.Where(q => q.Group.Length > 0).GroupBy(q => q.Group).Any(group => group.Count() > 1);

    public override string Metric => circular ? "circular accuracy, %" : base.Metric;

    /// <summary>
    /// ScienceQA's test questions that have an image: <c>problems.json</c>, <c>pid_splits.json</c> and <c>images/test/ID/image.png</c> (or
    /// <c>test/ID/image.png</c>).
    /// </summary>
    internal static Benchmark LoadScienceQa(string folder)
    {
        var builder = new BenchmarkBuilder();
        var splitFile = Path.Combine(folder, "pid_splits.json");
        var splits = new BenchmarkEntry(splitFile, null, "", BenchmarkFile.Json(splitFile));
        var test = splits.Texts("test").ToHashSet();
        var images = Directory.Exists(Path.Combine(folder, "images")) ? Path.Combine(folder, "images") : folder;
        foreach (var (id, entry) in BenchmarkFile.Entries(Path.Combine(folder, "problems.json")))
        {
            if (!test.Contains(id) || entry.Optional("image") is not { Length: > 0 } image)
                continue;
            var options = entry.Texts("choices");
            var hint = entry.Optional("hint") is { Length: > 0 } context ? $"Context: {context}\n" : "";
            Add(builder, [builder.Image(images, $"test/{id}/{image}", entry.Bad)], hint + entry.Text("question"), options,
                entry.Index("answer", options.Length), entry.Optional("subject") ?? "");
        }
        return new ChoiceBenchmark("scienceqa", builder);
    }

    /// <summary>SEED-Bench's questions about images, not videos: <c>SEED-Bench.json</c> and <c>SEED-Bench-image/</c>.</summary>
    internal static Benchmark LoadSeed(string folder)
    {
        var (builder, file) = (new BenchmarkBuilder(), Path.Combine(folder, "SEED-Bench.json"));
        var types = new Dictionary<string, string>();
        foreach (var (type, entry) in BenchmarkFile.Entries(file, "question_type"))
        {
            if (!types.TryAdd(entry.Element.ToString(), type))
                throw entry.Bad($"{entry.Element} is the number of another type of questions too");
        }
        foreach (var (_, entry) in BenchmarkFile.Entries(file, "questions"))
        {
            if (entry.Text("data_type") != "image")
                continue;
            string[] options = [entry.Text("choice_a"), entry.Text("choice_b"), entry.Text("choice_c"), entry.Text("choice_d")];
            var type = entry.Text("question_type_id");
            Add(builder, [builder.Image(Path.Combine(folder, "SEED-Bench-image"), entry.Text("data_id"), entry.Bad)],
                entry.Text("question"), options,
                Letter(entry.Text("answer"), options.Length) ?? throw entry.Bad("'answer' is not one of A, B, C, D"),
                types.GetValueOrDefault(type, type));
        }
        return new ChoiceBenchmark("seed", builder);
    }

    /// <summary>
    /// A table with images in it: columns <c>index</c>, <c>image</c>, <c>question</c>, <c>A</c>, <c>B</c>, …, <c>answer</c>, and
    /// <c>hint</c> and <c>category</c> where it has them.
    /// </summary>
    /// <param name="name">The benchmark's name.</param>
    /// <param name="file">The table.</param>
    /// <param name="rotated">Whether rows whose indices differ by millions ask the same with the options rotated, as MMBench's do; a
    /// question is then right when all its rows are.</param>
    internal static Benchmark LoadTable(string name, string file, bool rotated)
    {
        var builder = new BenchmarkBuilder();
        TsvRow[] rows = [.. ImageTsv.Read(file, "index", "question", "answer")];
        var images = new ImageReferences(builder, rows);
        foreach (var row in rows)
        {
            // A blank cell is no option, and the others keep their letters, as VLMEvalKit has it.
            var cells = Enumerable.Range('A', 26).Select(letter => row.Optional($"{(char)letter}")).ToArray();
            var options = cells[..(Array.FindLastIndex(cells, cell => cell.Length > 0) + 1)];
            char[] letters = [.. Enumerable.Range(0, options.Length).Where(i => options[i].Length > 0).Select(i => (char)('A' + i))];
            var answer = Letter(row.Text("answer"), 26) is { } chosen && (options.Length == 0 || letters.Contains((char)('A' + chosen)))
                ? chosen
                : throw row.Bad(
                    $"the answer '{row.Text("answer")}' is none of the {letters.Length} options' letters {string.Join(", ", letters)}");
            var group = !rotated ? "" : long.TryParse(row.Text("index"), out var index) ? $"{index % 1_000_000}"
                : throw row.Bad("the index is not a whole number");
            var hint = row.Optional("hint") is { Length: > 0 } context ? context + "\n" : "";
            Add(builder, images.Of(row), hint + row.Text("question"), options, answer, row.Optional("category"), group);
        }
        return new ChoiceBenchmark(name, builder);
    }

    public override double Score(BenchmarkQuestion question, string answer) =>
        ChosenLetter(answer, question.Options) == question.References[0] ? 1 : 0;

    internal override double Value(IReadOnlyList<double> scores, IReadOnlyList<int> drawn)
    {
        if (!circular)
            return Percent(scores, drawn);
        // All rows of a group are about one image, so they are drawn together.
        var (worst, counts) = (new Dictionary<string, double>(), new Dictionary<string, int>());
        for (var row = 0; row < scores.Count; row++)
        {
            worst[Questions[row].Group] = Math.Min(worst.GetValueOrDefault(Questions[row].Group, 1), scores[row]);
            counts[Questions[row].Group] = drawn[row];
        }
        return 100 * worst.Sum(group => group.Value * counts[group.Key]) / counts.Values.Sum();
    }

    internal override IEnumerable<(string Name, double Value)> Details(IReadOnlyList<double> scores) =>
        circular ? base.Details(scores).Prepend(("each rotation for itself", Mean(scores, [.. Enumerable.Range(0, scores.Count)]) * 100))
            : base.Details(scores);

    /// <summary>
    /// The letter that an answer chooses: by itself, before "." or ")", after "answer is", or by the option's words; null where it chooses
    /// none.
    /// </summary>
    internal static string? ChosenLetter(string answer, IReadOnlyList<string> options)
    {
        var text = answer.Trim();
        var match = LeadingLetter().Match(text) is { Success: true } leading ? leading : AnswerIs().Match(text);
        if (match.Success)
            return match.Groups[1].Value.ToUpperInvariant();
        for (var i = 0; i < options.Count; i++)
            if (options[i].Length > 0 && AnswerComparison.IsCorrect(text.TrimEnd('.'), options[i].TrimEnd('.')))
                return $"{(char)('A' + i)}";
        return null;
    }

    private static void Add(
        BenchmarkBuilder builder, IReadOnlyList<int> images, string question, string[] options, int answer, string category,
        string group = "") =>
        builder.Add(new BenchmarkQuestion
        {
            Images = images,
            Prompt = Lettered(question, options),
            References = [$"{(char)('A' + answer)}"],
            Options = options,
            Category = category,
            Group = group,
        });

    private static int? Letter(string text, int count) =>
        text.Length == 1 && char.ToUpperInvariant(text[0]) - 'A' is var index && index >= 0 && index < count ? index : null;

    [GeneratedRegex(@"^\(?([A-Za-z])(?:[.):,]|$)")]
    private static partial Regex LeadingLetter();

    [GeneratedRegex(@"\banswer is:? \(?([A-Z])\b", RegexOptions.IgnoreCase)]
    private static partial Regex AnswerIs();
}
