using EosMLNet.Evaluation;
using EosMLNet.Evaluation.Benchmarks;
using EosMLNet.Tests.Images;
using EosMLNet.Tests.Plans;

namespace EosMLNet.Tests.Evaluation.Benchmarks;

/// <summary>A benchmark's folder, filled by a test, and what answers to its questions score.</summary>
internal sealed class BenchmarkFolder : IDisposable
{
    private readonly TemporaryFolder folder = new();

    internal string Path => folder.Path;

    internal string Write(string name, string content)
    {
        Directory.CreateDirectory(System.IO.Path.GetDirectoryName(folder[name])!);
        return folder.Write(name, content);
    }

    internal string Write(string name, byte[] content)
    {
        File.WriteAllBytes(Write(name, ""), content);
        return folder[name];
    }

    /// <summary>Small images of one grey each.</summary>
    internal void Images(params string[] names)
    {
        for (var i = 0; i < names.Length; i++)
            Write(names[i], Png(i));
    }

    internal static byte[] Png(int grey) => PngBytes.Make(2, 1, PngBytes.Gray, [(byte)grey, (byte)grey]);

    internal static string Base64(int grey) => Convert.ToBase64String(Png(grey));

    internal Benchmark Load(string name) => BenchmarkCatalog.Load(name, Path);

    internal static BenchmarkResult Score(Benchmark benchmark, params string[] answers) =>
        Evaluator.Score(benchmark, answers, 0, ReductionPlan.Identity(PlanModels.Scenes).Ledger);

    public void Dispose() => folder.Dispose();
}
