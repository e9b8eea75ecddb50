using EosMLNet.Models;
using EosMLNet.Search;
using EosMLNet.Tensors;
using EosMLNet.Tests.Models;
using static TorchSharp.torch;

namespace EosMLNet.Tests.Onnx;

/// <summary>A golden checkpoint in float32, its cases, and plans for it, three of them searched on its images.</summary>
internal sealed class GoldenFamily : IDisposable
{
    private const int SearchImages = 6;
    private readonly Lazy<IReadOnlyList<ReductionPlan>> searched;

    internal GoldenFamily(string name)
    {
        using var scope = NewDisposeScope();
        Folder = name.Contains("tiny") ? GoldenFiles.At(name) : GoldenFiles.At("backbones", name, "checkpoint");
        Model = VisionLanguageModel.Load(Folder, ModelDataType.Float32, use: ModelUse.Search);
        Cases = [.. name.Contains("tiny") ? Squares(name) : name.Contains("qwen") ? Patches(name) : Tiles(name)];
        Together = GoldenCase.Together(Cases);
        searched = new(Search);
    }

    internal static IEnumerable<string> Names => ["tiny-llava", "tiny-llava-sharded-bf16", "llava_next", "llava_onevision", "qwen2_vl", "qwen2_5_vl", "qwen3_vl"];

    internal static IEnumerable<string> PlanNames => [.. PlanSamples.ForFewLayers, "searched 1", "searched 2", "searched 3"];

    internal VisionLanguageModel Model { get; }

    internal string Folder { get; }

    internal IReadOnlyList<GoldenCase> Cases { get; }

    /// <summary>The rows of all cases.</summary>
    internal GoldenCase Together { get; }

    /// <summary>A plan. Presets are fitted to the first image, so that there is something to drop.</summary>
    internal ReductionPlan Plan(string name)
    {
        if (name.StartsWith("searched", StringComparison.Ordinal))
            return searched.Value[name[^1] - '1'];
        var (whole, layout) = (Model.ToPlanModel(), Model.LayoutOf(Together.Images[0]));
        // A grid where there is none: then it is the engines that have to refuse it.
        var plan = PlanSamples.Of(name, whole with { VisualTokens = layout.Count, Grid = layout.Grid ?? new(3, 4) });
        return ReductionPlan.Create(whole, plan.Sites, plan.Parameters);
    }

    public void Dispose() => Model.Dispose();

    private IEnumerable<GoldenCase> Squares(string name)
    {
        using var numbers = SafetensorsFile.Open(GoldenFiles.At($"golden-{name}.safetensors"));
        foreach (var one in (string[])["a", "b", "c", "d", "e", "ab"])
        {
            var (ids, mask) = (Rows($"{one}.input_ids"), Rows($"{one}.attention_mask"));
            yield return Case([.. ids.Zip(mask, (row, valid) => row.Where((_, i) => valid[i] == 1).ToArray())], Rows($"{one}.generated_ids"),
                numbers.Entries.ContainsKey($"{one}.pixel_values") ? VisionInput.Of(numbers.Read($"{one}.pixel_values")) : null);
        }

        int[][] Rows(string tensor) => numbers.Read(tensor) is var x ? [.. x.data<long>().Select(id => (int)id).Chunk((int)x.shape[1])] : [];
    }

    private IEnumerable<GoldenCase> Tiles(string name)
    {
        using var golden = new TiledCases(GoldenFiles.At("backbones", name));
        foreach (var one in golden.Names)
            yield return Case(golden.Prompts(one), golden.GeneratedIds(one), golden.Input(Model, one));
    }

    private IEnumerable<GoldenCase> Patches(string name)
    {
        using var golden = new QwenCases(name);
        foreach (var one in QwenCases.Names(name))
            yield return Case(golden.Prompts(one), golden.GeneratedIds(one), golden.Images(Model, one));
    }

    // Prompts that have a token for each visual token.
    private GoldenCase Case(int[][] prompts, int[][] generated, VisionInput? images)
    {
        var next = 0;
        int[] counts = [.. prompts.Select(prompt =>
        {
            var first = next;
            for (var left = prompt.Count(Model.VisualTokenIds.Contains); left > 0; next++)
                left -= Model.LayoutOf(images!.Images[next]).Count;
            return next - first;
        })];
        return GoldenCase.Of(prompts, counts, generated, images);
    }

    // One short search with three budgets, on some of the images.
    private IReadOnlyList<ReductionPlan> Search()
    {
        int[] images = [.. Together.Images.Index().Where(image => Model.Shape.Stretches(Model.LayoutOf(image.Item)).Count == 1).Select(image => image.Index).Take(SearchImages)];
        PackedRow[] rows = [.. images.Select((image, i) => new PackedRow([new(image, [1, 7, 9], Model.LayoutOf(Together.Images[image]))],
            [new([10 + 7 * i, 11 + 7 * i, 12], [30 + i % 2, 2])]))];
        using var data = new SearchData(rows, new ImageCache(wanted =>
        {
            using var scope = NewDisposeScope();
            return VisionOutput.Join([.. wanted.Select(one => Model.EncodeImages(Together.InputOf(one.Index)))]).MoveToOuterDisposeScope();
        }, 1 << 28), ["all"], "sha256:test");
        SearchConstraints[] budgets = [.. ((double[])[0.5, 0.3, 0.15]).Select(share =>
            Model.ImagesVary ? new SearchConstraints { MeanVisualShare = share } : new SearchConstraints { MeanVisualTokens = share * Model.VisualTokens })];
        var settings = new SearchSettings { Constraints = budgets[0], Steps = 4, BatchSize = 4, Seed = 5 };
        return [.. new OperatorSearch(Model, settings).RunFront(budgets, data, data, null, default).Select(result => result.Plan)];
    }
}
