using EosMLNet.Execution;
using EosMLNet.Onnx;
using static TorchSharp.torch;

namespace EosMLNet.Tests.Onnx;

/// <summary>What an engine says of a case under a plan.</summary>
/// <param name="Ids">The tokens that it adds to each row.</param>
/// <param name="Probabilities">Their mean probability.</param>
/// <param name="Logits">The logits behind each row.</param>
/// <param name="Kept">Which visual tokens each site in the decoder leaves of each image, site by site.</param>
internal sealed record CaseAnswers(IReadOnlyList<int[]> Ids, IReadOnlyList<double> Probabilities, IReadOnlyList<float[]> Logits, IReadOnlyList<IReadOnlyList<long[]>> Kept)
{
    internal static CaseAnswers OfTorch(ReducedModel reduced, GoldenCase one, int newTokens)
    {
        using var scope = NewDisposeScope();
        using var unrecorded = no_grad();
        using var batch = PromptBatch.Create(reduced.Model, one.Prompts, one.Input is { } images ? reduced.Model.EncodeImages(images, plan: reduced.Plan) : null);
        var answers = reduced.Generate(batch, newTokens);
        var last = reduced.Forward(batch).select(1, -1);                                             // (B, V)
        return new(answers.Ids, answers.MeanProbability, [.. last.contiguous().data<float>().ToArray().Chunk((int)last.shape[1])], reduced.KeptTokens(batch));
    }

    internal static CaseAnswers OfOnnx(OnnxModel onnx, GoldenCase one, int newTokens)
    {
        var rows = one.Rows(onnx);
        var kept = new IReadOnlyList<KeptTokens>[rows.Length];
        var answers = onnx.GenerateEncoded(rows, newTokens, onKept: (row, left) => kept[row] = left);
        using var run = onnx.Begin(one.Prompts, [.. rows.SelectMany(row => row.Images)], 1, keepsLogits: true, default);
        var sites = onnx.Plan.Sites.Count(site => site.Stage == ReductionStage.Decoder);
        // Image by image, and of each image site by site; in front of them what the encoder leaves, if anything acts there.
        var ofImages = kept.SelectMany(row => row.GroupBy(left => left.Image)).Select(image => image.TakeLast(sites).ToArray()).ToArray();
        return new([.. answers.Select(answer => answer.Ids)], [.. answers.Select(answer => answer.MeanProbability)], [.. run.Logits.Chunk(run.Logits.Length / rows.Length)],
            [.. Enumerable.Range(0, sites).Select(site => ofImages.Select(image => image[site].Places.Select(place => (long)place).ToArray()).ToArray())]);
    }
}
