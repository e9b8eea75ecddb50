using EosMLNet.Build.Exchange;
using EosMLNet.Onnx;
using EosMLNet.Search;

namespace EosMLNet.Tool.Build;

/// <summary>The artifact of <c>Format="Onnx"</c>: a folder that <c>OnnxModel.LoadExported</c> reads.</summary>
internal static class OnnxArtifact
{
    private const int QuestionsAtOnce = 16;

    /// <summary>Exports a model under a plan.</summary>
    internal static void Write(string folder, string model, ReductionPlan plan, OnnxWeights weights, CancellationToken cancellation) =>
        plan.ExportOnnx(model, folder, new() { Weights = weights }, cancellation);

    /// <summary>Says where the folder comes from, in a file of it.</summary>
    internal static void Write(string folder, BuildProvenance provenance) => AtomicFile.Write(
        Path.Combine(folder, ArtifactPaths.ProvenanceFile), stream => stream.Write(provenance.ToBytes()));

    /// <summary>A search's result with what the folder reaches on the search's validation questions.</summary>
    /// <param name="folder">The folder.</param>
    /// <param name="result">The result.</param>
    /// <param name="options">The item's: what the weights are kept in, and how images are padded.</param>
    /// <param name="cancellation">Checked before each token.</param>
    internal static SearchResult Measured(string folder, SearchResult result, BuildOptions options, CancellationToken cancellation)
    {
        using var model = OnnxModel.LoadExported(
            folder, new OnnxOptions { ImagePadding = options.ImagePadding ?? PaddingChoice.Default, Prompts = options.Prompts });
        return result.AsAnsweredElsewhere($"ONNX Runtime with {options.Weights} weights", (prompts, longest) =>
            [.. prompts.Chunk(QuestionsAtOnce).SelectMany(some => Answers(model, some, longest, cancellation))]);
    }

    private static IEnumerable<int[]> Answers(OnnxModel model, IReadOnlyList<(int[] Prompt, IReadOnlyList<Visual> Images)> prompts,
        int longest, CancellationToken cancellation)
    {
        (Visual, int)[] distinct = [.. prompts.SelectMany(one => one.Images.Select(image => (image, one.Images.Count))).Distinct()];
        var encoded = distinct.Zip(model.Encode(distinct, cancellation)).ToDictionary(x => x.First, x => x.Second);
        return model.GenerateEncoded([.. prompts.Select(one => (one.Prompt,
            (IReadOnlyList<EncodedImage>)[.. one.Images.Select(image => encoded[(image, one.Images.Count)])]))],
            longest, cancellation: cancellation).Select(answer => answer.Ids);
    }
}
