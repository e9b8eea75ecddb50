namespace EosMLNet.Evaluation.Benchmarks;

/// <summary>
/// TextVQA (arXiv:1904.08920), validation: <c>TextVQA_0.5.1_val.json</c> and <c>train_images/</c>; with
/// <c>TextVQA_Rosetta_OCR_v0.2_val.json</c> beside them the text found in the image stands in the prompt, as it did for LLaVA-1.5's
/// published 58.2. Ten people answered each question; an answer counts fully when three of them gave it.
/// </summary>
internal sealed class TextVqaBenchmark : Benchmark
{
    private TextVqaBenchmark(BenchmarkBuilder collected)
        : base("textvqa", collected)
    {
    }

    public override string Metric => "VQA accuracy, %";

    internal static Benchmark Load(string folder)
    {
        var builder = new BenchmarkBuilder();
        var seen = TextInImages(Path.Combine(folder, "TextVQA_Rosetta_OCR_v0.2_val.json"));
        foreach (var (_, entry) in BenchmarkFile.Entries(Path.Combine(folder, "TextVQA_0.5.1_val.json"), "data"))
        {
            var image = entry.Text("image_id");
            var found = seen is null ? "" : $"\nReference OCR token: {string.Join(", ", seen.GetValueOrDefault(image, []))}";
            builder.Add(new BenchmarkQuestion
            {
                Images = [builder.Image(Path.Combine(folder, "train_images"), image + ".jpg", entry.Bad)],
                Prompt = entry.Text("question") + found + OneWord,
                References = entry.Texts("answers"),
            });
        }
        return new TextVqaBenchmark(builder);
    }

    /// <summary>The mean, over the people, of min(1, others who gave this answer ÷ 3).</summary>
    public override double Score(BenchmarkQuestion question, string answer)
    {
        var given = VqaAnswerText.Normalise(answer);
        var agree = question.References.Select(reference => VqaAnswerText.Normalise(reference) == given).ToArray();
        var all = agree.Count(same => same);
        return agree.Average(same => Math.Min(1, (all - (same ? 1 : 0)) / 3.0));
    }

    private static Dictionary<string, string[]>? TextInImages(string file)
    {
        if (!File.Exists(file))
            return null;
        var texts = new Dictionary<string, string[]>();
        foreach (var (_, entry) in BenchmarkFile.Entries(file, "data"))
            texts[entry.Text("image_id")] = entry.TextsOrNone("ocr_tokens");
        return texts;
    }
}
