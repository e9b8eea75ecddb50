namespace EosMLNet.Evaluation.Benchmarks;

/// <summary>
/// MME (arXiv:2306.13394): two yes-no questions an image. A folder for each subtask, with <c>NAME.txt</c> (two lines: question, tab, Yes or
/// No) beside <c>NAME.png</c> or <c>NAME.jpg</c>, or the texts in <c>questions_answers_YN/</c> and the images in <c>images/</c>. A subtask
/// scores the percentage of right answers plus that of images with both right, at most 200; the figure is the sum over subtasks.
/// </summary>
internal sealed class MmeBenchmark : Benchmark
{
    private static readonly string[] Cognition = ["code_reasoning", "commonsense_reasoning", "numerical_calculation", "text_translation"];
    private static readonly string[] Perception =
        ["artwork", "celebrity", "color", "count", "existence", "landmark", "OCR", "position", "posters", "scene"];

    private MmeBenchmark(BenchmarkBuilder collected)
        : base("mme", collected) => rowsOfTask = Categories;

    private readonly SortedDictionary<string, IReadOnlyList<int>> rowsOfTask;

    public override string Metric => "total score";

    internal static Benchmark Load(string folder)
    {
        var builder = new BenchmarkBuilder();
        if (Directory.Exists(Path.Combine(folder, "MME_Benchmark_release_version")))
            folder = Path.Combine(folder, "MME_Benchmark_release_version");
        foreach (var task in Perception.Concat(Cognition).Where(task => Directory.Exists(Path.Combine(folder, task))))
        {
            var own = Path.Combine(folder, task);
            var (texts, images) = Directory.Exists(Path.Combine(own, "questions_answers_YN"))
                ? (Path.Combine(own, "questions_answers_YN"), Path.Combine(own, "images")) : (own, own);
            foreach (var file in Directory.GetFiles(texts, "*.txt").Order(StringComparer.Ordinal))
                Add(builder, task, file, images);
        }
        return new MmeBenchmark(builder);
    }

    public override double Score(BenchmarkQuestion question, string answer)
    {
        var start = answer.Trim().ToLowerInvariant();
        start = start[..Math.Min(4, start.Length)];
        var said = start.Contains("yes") ? "yes" : start.Contains("no") ? "no" : "other";
        return said == question.References[0] ? 1 : 0;
    }

    internal override double Value(IReadOnlyList<double> scores, IReadOnlyList<int> drawn) =>
        rowsOfTask.Values.Sum(rows => TaskScore(scores, drawn, rows));

    internal override IEnumerable<(string Name, double Value)> Details(IReadOnlyList<double> scores)
    {
        var once = new int[scores.Count];
        Array.Fill(once, 1);
        var tasks = rowsOfTask.Select(task => (task.Key, TaskScore(scores, once, task.Value))).ToArray();
        return [
            ("perception", tasks.Where(task => Perception.Contains(task.Key)).Sum(task => task.Item2)),
            ("cognition", tasks.Where(task => Cognition.Contains(task.Key)).Sum(task => task.Item2)),
            .. tasks];
    }

    // The two rows about an image follow each other and are drawn together.
    private static double TaskScore(IReadOnlyList<double> scores, IReadOnlyList<int> drawn, IReadOnlyList<int> rows)
    {
        double images = 0, right = 0, both = 0;
        for (var i = 0; i < rows.Count; i += 2)
        {
            var (first, second) = (scores[rows[i]], scores[rows[i + 1]]);
            images += drawn[rows[i]];
            right += drawn[rows[i]] * (first + second);
            both += drawn[rows[i]] * first * second;
        }
        return images == 0 ? 0 : 100 * (right / (2 * images) + both / images);
    }

    private static void Add(BenchmarkBuilder builder, string task, string file, string images)
    {
        EosException Bad(int line, string what) => TsvRow.Bad(file, line, what);
        var lines = BenchmarkFile.Lines(file).Select((text, i) => (Text: text, Number: i + 1)).Where(line => line.Text.Trim().Length > 0)
            .ToArray();
        if (lines.Length != 2)
            throw Bad(lines.Length + 1, $"{lines.Length} questions, expected two about each image");
        var name = Path.GetFileNameWithoutExtension(file);
        var image = ((string[])[".png", ".jpg", ".jpeg"]).Select(extension => name + extension)
            .FirstOrDefault(candidate => File.Exists(Path.Combine(images, candidate)))
            ?? throw Bad(1, $"neither '{name}.png' nor '{name}.jpg' is in '{images}'");
        foreach (var (text, number) in lines)
        {
            var cells = text.Split('\t');
            if (cells.Length != 2 || cells[1].Trim().ToLowerInvariant() is not ("yes" or "no"))
                throw Bad(number, "expected a question, a tab, and Yes or No");
            builder.Add(new BenchmarkQuestion
            {
                Images = [builder.Image(images, image, what => Bad(number, what))],
                Prompt = cells[0].Replace("Please answer yes or no.", "").Trim() + OneWord,
                References = [cells[1].Trim().ToLowerInvariant()],
                Category = task,
                Group = $"{task}/{name}",
            });
        }
    }
}
