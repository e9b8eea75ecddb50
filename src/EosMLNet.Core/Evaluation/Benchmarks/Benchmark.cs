using EosMLNet.Models;

namespace EosMLNet.Evaluation.Benchmarks;

/// <summary>
/// A benchmark: its questions in the form in which LLaVA-1.5 was asked them, its images, and its own metric. The prompt around a question
/// is the model's own, as its authors ask benchmarks.
/// </summary>
public abstract class Benchmark
{
    private protected const string OneWord = "\nAnswer the question using a single word or phrase.";
    private protected const string OneLetter = "\nAnswer with the option's letter from the given choices directly.";

    private protected Benchmark(string name, BenchmarkBuilder collected)
    {
        if (collected.Questions.Count == 0)
            throw new EosException(EosErrors.EmptyDataset,
                $"The files of {name} hold no question; expected at least one. build/docs/benchmarks-data.md says which files it needs.");
        (Name, Questions, Images) = (name, collected.Questions, collected.Images);
    }

    /// <summary>The benchmark's name, such as <c>pope</c>.</summary>
    public string Name { get; }

    /// <summary>The questions, in the order of the files.</summary>
    public IReadOnlyList<BenchmarkQuestion> Questions { get; }

    /// <summary>The images, each once.</summary>
    public IReadOnlyList<BenchmarkImage> Images { get; }

    /// <summary>What the figure is that papers print, and its unit.</summary>
    public virtual string Metric => "accuracy, %";

    /// <summary>The longest answer that the metric can use, in tokens.</summary>
    public virtual int MaxNewTokens => 16;

    /// <summary>Encoded images that evaluations of one model on this benchmark share.</summary>
    /// <param name="model">The model; it stays the caller's to dispose, after the cache.</param>
    /// <param name="limitBytes">The most memory that is kept; the default is 1 GiB.</param>
    /// <param name="plan">The plan whose sites in the encoder act; images of a plan without such sites are those of the unreduced
    /// model.</param>
    /// <exception cref="EosException">EOS1014: the checkpoint has no tokenizer and with it no image processor.</exception>
    public ImageCache CreateCache(VisionLanguageModel model, long limitBytes = 1L << 30, ReductionPlan? plan = null) =>
        new(model, this, Image, limitBytes, plan);

    /// <summary>What makes prompts of the questions.</summary>
    /// <param name="model">The model's own.</param>
    internal virtual VisionLanguageProcessor Processor(VisionLanguageProcessor model) => model.AsPublished();

    /// <summary>The image as it is; the model's processor pads it.</summary>
    internal virtual Visual Image(int index) => Images[index].Load();

    /// <summary>What an image is in a prompt.</summary>
    internal virtual PromptPart InPrompt(int index, ImageProcessor processor) => new ImagePart();

    /// <summary>What an answer is worth, 0 … 1.</summary>
    public abstract double Score(BenchmarkQuestion question, string answer);

    /// <summary>The figure that papers print.</summary>
    /// <param name="scores">What each answer is worth.</param>
    /// <param name="drawn">How often each row counts: once, or as <see cref="PairedBootstrap"/> draws it.</param>
    internal virtual double Value(IReadOnlyList<double> scores, IReadOnlyList<int> drawn) => Percent(scores, drawn);

    /// <summary>Further figures by name, in an order worth printing; by default the accuracy of each category.</summary>
    internal virtual IEnumerable<(string Name, double Value)> Details(IReadOnlyList<double> scores) =>
        ByCategory((_, rows) => Mean(scores, rows) * 100);

    /// <summary>The mean of the scores in percent.</summary>
    private protected static double Percent(IReadOnlyList<double> scores, IReadOnlyList<int> drawn)
    {
        double sum = 0, count = 0;
        for (var row = 0; row < scores.Count; row++)
            (sum, count) = (sum + drawn[row] * scores[row], count + drawn[row]);
        return 100 * sum / count;
    }

    /// <summary>A figure for each category, in ordinal order; nothing where there is but one.</summary>
    private protected IEnumerable<(string Name, double Value)> ByCategory(Func<string, IReadOnlyList<int>, double> figure)
    {
        var categories = Categories;
        return categories.Count < 2 ? [] : categories.Select(category => (category.Key, figure(category.Key, category.Value)));
    }

    /// <summary>The rows of each category.</summary>
    private protected SortedDictionary<string, IReadOnlyList<int>> Categories => new(Enumerable.Range(0, Questions.Count)
        .GroupBy(row => Questions[row].Category).ToDictionary(rows => rows.Key, rows => (IReadOnlyList<int>)[.. rows]),
        StringComparer.Ordinal);

    private protected static double Mean(IReadOnlyList<double> scores, IReadOnlyList<int> rows) => rows.Average(row => scores[row]);

    /// <summary>The options under a question, a letter before each. An empty option is left out, and its letter with it.</summary>
    private protected static string Lettered(string question, IReadOnlyList<string> options) =>
        question + string.Concat(options.Select((option, i) => option.Length == 0 ? "" : $"\n{(char)('A' + i)}. {option}")) + OneLetter;
}
