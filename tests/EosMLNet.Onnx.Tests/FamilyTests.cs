using EosMLNet.Execution;
using EosMLNet.Models;
using EosMLNet.Onnx;
using EosMLNet.Onnx.Sessions;
using EosMLNet.Tensors;
using EosMLNet.Tests.Models;
using static TorchSharp.torch;

namespace EosMLNet.Tests.Onnx;

/// <summary>Models of all families: what transformers generated, and what torch computes under plans.</summary>
public class FamilyTests
{
    private const double Tolerance = 1e-4;

    [Theory]
    [MemberData(nameof(QwenCases.All), MemberType = typeof(QwenCases))]
    public void Qwen_models_generate_what_transformers_did(string family, string name)
    {
        using var scope = NewDisposeScope();
        using var golden = new QwenCases(family);
        using var torchModel = VisionLanguageModel.Load(golden.Checkpoint, ModelDataType.Float32);
        using var onnx = OnnxModel.Load(golden.Checkpoint);
        var wanted = golden.Ids(golden.Has($"{name}_trunc.generated_ids") ? $"{name}_trunc.generated_ids" : $"{name}.generated_ids");
        Assert.Equal(wanted, Answers(onnx, golden.Prompts(name), Encoded(onnx, golden.Images(torchModel, name))));
    }

    public static TheoryData<string, string> TiledGolden()
    {
        var data = new TheoryData<string, string>();
        foreach (var family in (string[])["llava_next", "llava_onevision"])
        {
            foreach (var name in TiledCaseNames(family))
                data.Add(family, name);
        }
        return data;
    }

    [Theory]
    [MemberData(nameof(TiledGolden))]
    public void Models_with_tiles_generate_what_transformers_did(string family, string name)
    {
        using var scope = NewDisposeScope();
        using var golden = new TiledCases(GoldenFiles.At("backbones", family));
        using var torchModel = VisionLanguageModel.Load(golden.Checkpoint, ModelDataType.Float32);
        using var onnx = OnnxModel.Load(golden.Checkpoint);
        var wanted = golden.GeneratedIds(name);
        Assert.Equal(wanted, Answers(onnx, golden.Prompts(name), Encoded(onnx, golden.Input(torchModel, name))));
    }

    [Theory]
    [InlineData("qwen2_vl", 1)]
    [InlineData("qwen2_vl", 2)]
    [InlineData("qwen2_5_vl", 1)]
    [InlineData("qwen2_5_vl", 3)]
    [InlineData("qwen3_vl", 1)]
    [InlineData("qwen3_vl", 4)]
    public void Rows_with_images_of_different_sizes_are_answered_as_by_torch_under_a_plan(string family, int seed)
    {
        using var scope = NewDisposeScope();
        using var unrecorded = no_grad();
        var folder = GoldenFiles.At("backbones", family, "checkpoint");
        using var model = VisionLanguageModel.Load(folder, ModelDataType.Float32, use: ModelUse.Search);
        var prompts = new QwenPrompts(model, seed, rows: 3);
        var plan = PlanSamples.OfShares(model.ToPlanModel());
        using var reduced = new ReducedModel(model, plan);
        var input = prompts.Input();
        using var batch = PromptBatch.Create(model, prompts.Rows, input is null ? null : model.EncodeImages(input));
        var expected = reduced.Forward(batch);                                                       // (B, T, V)
        using var onnx = OnnxModel.Load(folder, plan);
        using var run = onnx.Begin(prompts.Rows, Encoded(onnx, input), newTokens: 1, keepsLogits: true, default);
        var last = expected.select(1, -1).contiguous().data<float>().ToArray();
        Assert.InRange(last.Zip(run.Logits, (a, b) => Math.Abs(a - b)).Max(), 0, Tolerance);
        foreach (var (site, images) in reduced.KeptTokens(batch).Index()) // each image keeps its own number
        {
            foreach (var (image, places) in images.Index())
                Assert.Equal(places, run.KeptOf(image).ElementAt(site).Indices);
        }
    }

    private static IEnumerable<string> TiledCaseNames(string family)
    {
        using var json = System.Text.Json.JsonDocument.Parse(File.ReadAllText(GoldenFiles.At("backbones", family, "golden.json")));
        return [.. json.RootElement.GetProperty("cases").EnumerateObject().Select(one => one.Name)];
    }

    private static IReadOnlyList<EncodedImage> Encoded(OnnxModel onnx, VisionInput? images) => images is null ? []
        : onnx.Encode(images.Images, images.PixelValues.to(ScalarType.Float32).contiguous().data<float>().ToArray(), default);

    // Images in order of appearance, given to the rows that show them.
    private static int[][] Answers(OnnxModel onnx, IReadOnlyList<int[]> prompts, IReadOnlyList<EncodedImage> images)
    {
        var next = 0;
        var rows = prompts.Select(prompt =>
        {
            var own = new List<EncodedImage>();
            for (var left = prompt.Count(onnx.VisualTokenIds.Contains); left > 0; left -= images[next++].Layout.Count)
                own.Add(images[next]);
            return (prompt, (IReadOnlyList<EncodedImage>)own);
        }).ToArray();
        return [.. onnx.GenerateEncoded(rows, 8).Select(answer => answer.Ids)];
    }
}
