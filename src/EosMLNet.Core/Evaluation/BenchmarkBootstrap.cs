using EosMLNet.Evaluation.Benchmarks;

namespace EosMLNet.Evaluation;

/// <summary>What <see cref="PairedBootstrap"/> says of a benchmark.</summary>
public static class BenchmarkBootstrap
{
    extension(PairedBootstrap)
    {
        /// <summary>A benchmark's own figure by itself, in its own unit: how far it can be trusted with these images.</summary>
        /// <param name="benchmark">The benchmark.</param>
        /// <param name="result">A plan's result.</param>
        public static BootstrapInterval Value(Benchmark benchmark, BenchmarkResult result) =>
            PairedBootstrap.Of(ImageGroups.OfRows([.. benchmark.Questions.Select(q => q.Images)]),
                drawn => benchmark.Value(result.Scores, drawn));

        /// <summary>The difference of a benchmark's own figure, in its own unit.</summary>
        /// <param name="benchmark">The benchmark.</param>
        /// <param name="a">The first plan's result.</param>
        /// <param name="b">The second plan's result.</param>
        /// <param name="resamples">How often the images are drawn.</param>
        /// <param name="seed">Which draws.</param>
        public static BootstrapInterval Value(
            Benchmark benchmark, BenchmarkResult a, BenchmarkResult b, int resamples = 2000, int seed = 1) =>
            PairedBootstrap.Of(ImageGroups.OfRows([.. benchmark.Questions.Select(q => q.Images)]),
                drawn => benchmark.Value(a.Scores, drawn) - benchmark.Value(b.Scores, drawn), resamples, seed);
    }
}
