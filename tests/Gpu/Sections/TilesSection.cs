using EosMLNet.Execution;
using EosMLNet.Models;
using Gpu.Report;
using Gpu.Shapes;
using static TorchSharp.torch;

namespace Gpu.Sections;

/// <summary>Encoding, prefill and decode of an image in tiles, unreduced and under plans of shares.</summary>
internal static class TilesSection
{
    private const int Repeats = 5;

    internal static void Measure(Bench bench, Action<object> save)
    {
        using var unrecorded = inference_mode();
        using var scope = NewDisposeScope();
        using var model = RandomLlava.Create(bench.Shape.Tiled, bench.DataType, bench.Device);
        var (side, tiles) = (model.Config.Vision.ImageSize, bench.Shape.TileSide);
        var image = new ImageShape(1 + tiles * tiles, tiles * side, tiles * side);
        var input = new VisionInput(SearchGradient.Pixels(model, seed: 1, image.Parts), [image]);
        var encode = Clock.Median(bench, Repeats, () => model.EncodeImages(input).Dispose());
        using var batch = PromptBatch.Create(model, SpeedSection.Prompts(model, 1, bench.Shape.TextTokens), model.EncodeImages(input));
        var (visual, rows) = (model.LayoutOf(image).Count, new List<TilesRow>());
        foreach (var share in bench.Shape.TiledShares.Select(share => (double?)share).Prepend(null))
        {
            using var reduced = new ReducedModel(model, share is { } mean ? TypicalPlan.OfShare(model, mean) : ReductionPlan.Identity(model.ToPlanModel()));
            var (prefill, decode) = SpeedSection.Times(bench, reduced, batch);
            var ledger = TokenLedger.Compute(reduced.Plan.Model, reduced.Plan.Sites, bench.Shape.TextTokens, ImageSizes.All(visual));
            rows.Add(new TilesRow(share, visual, encode, prefill, decode, ledger.MacsRatio));
            save(rows);
            Console.WriteLine(FormattableString.Invariant($"  {(share is null ? "unreduced" : $"{share:0.###} of {visual} tokens")}: encode {encode:0.0} ms, prefill {prefill:0.0} ms, decode {decode:0.0} ms"));
        }
    }
}
