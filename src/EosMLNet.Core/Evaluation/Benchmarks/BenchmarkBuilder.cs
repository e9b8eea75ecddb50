namespace EosMLNet.Evaluation.Benchmarks;

/// <summary>Collects the questions of a benchmark and its images, each once.</summary>
internal sealed class BenchmarkBuilder
{
    private readonly List<BenchmarkQuestion> questions = [];
    private readonly List<BenchmarkImage> images = [];
    private readonly Dictionary<string, int> known = [];

    internal IReadOnlyList<BenchmarkQuestion> Questions => questions;
    internal IReadOnlyList<BenchmarkImage> Images => images;

    internal void Add(BenchmarkQuestion question) => questions.Add(question);

    /// <summary>The index of an image file. Whether it is there is found out now, not hours later.</summary>
    /// <exception cref="EosException">EOS1011: it does not exist, or the path leads out of the folder.</exception>
    internal int Image(string folder, string path, Func<string, EosException> bad)
    {
        var full = InsideFolder.Resolve(folder, path) ?? throw bad($"the image path '{path}' is empty, invalid or leads out of '{folder}'");
        if (!known.ContainsKey(full) && !File.Exists(full))
            throw bad($"the image '{path}' does not exist in '{folder}'");
        return Image(full, () => BenchmarkImage.OfFile(full));
    }

    /// <summary>The index of an image that is known by a name or hash.</summary>
    internal int Image(string key, Func<BenchmarkImage> make)
    {
        if (!known.TryGetValue(key, out var index))
        {
            known[key] = index = images.Count;
            images.Add(make());
        }
        return index;
    }
}
