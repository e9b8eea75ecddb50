using EosMLNet.Data;

namespace EosMLNet.Evaluation.Benchmarks;

/// <summary>Collects the questions of a benchmark and its pictures, each once.</summary>
internal sealed class BenchmarkBuilder
{
    private readonly List<BenchmarkQuestion> questions = [];
    private readonly List<BenchmarkPicture> pictures = [];
    private readonly Dictionary<string, int> known = [];

    internal IReadOnlyList<BenchmarkQuestion> Questions => questions;
    internal IReadOnlyList<BenchmarkPicture> Pictures => pictures;

    internal void Add(BenchmarkQuestion question) => questions.Add(question);

    /// <summary>The index of a picture file. Whether it is there is found out now, not hours later.</summary>
    /// <exception cref="EosException">EOS1011: it does not exist, or the path leads out of the folder.</exception>
    internal int Picture(string folder, string path, Func<string, EosException> bad)
    {
        var full = InsideFolder.Resolve(folder, path) ?? throw bad($"the picture path '{path}' is empty, invalid or leads out of '{folder}'");
        if (!known.ContainsKey(full) && !File.Exists(full))
            throw bad($"the picture '{path}' does not exist in '{folder}'");
        return Picture(full, () => BenchmarkPicture.OfFile(full));
    }

    /// <summary>The index of a picture that is known by a name or hash.</summary>
    internal int Picture(string key, Func<BenchmarkPicture> make)
    {
        if (!known.TryGetValue(key, out var index))
        {
            known[key] = index = pictures.Count;
            pictures.Add(make());
        }
        return index;
    }
}
