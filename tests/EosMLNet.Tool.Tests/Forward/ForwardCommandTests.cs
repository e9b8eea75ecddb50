using System.Text.Json;
using EosMLNet.Tensors;
using TorchSharp;
using static TorchSharp.torch;

namespace EosMLNet.Tool.Tests.Forward;

public sealed class ForwardCommandTests(TinyModel tiny) : IClassFixture<TinyModel>, IDisposable
{
    private static readonly string[] Compared = ["vision.feature", "projector", "inputs_embeds", "layer_out.0", "layer_out.1", "layer_out.2", "layer_out.3", "final_norm", "logits"];
    private readonly TemporaryFolder folder = new();
    private readonly DisposeScope scope = NewDisposeScope();

    public void Dispose()
    {
        scope.Dispose();
        folder.Dispose();
    }

    [Theory]
    [InlineData("tiny-llava", "a", false)]
    [InlineData("tiny-llava", "b", true)]
    [InlineData("tiny-llava", "c", false)]
    [InlineData("tiny-llava", "c", true)]
    [InlineData("tiny-llava", "d", false)]
    [InlineData("tiny-llava", "e", true)]
    [InlineData("tiny-llava", "ab", false)]
    [InlineData("tiny-llava", "ab", true)]
    [InlineData("tiny-llava-sharded-bf16", "ab", false)]
    public async Task Every_intermediate_and_the_generated_ids_are_those_of_transformers(string model, string test, bool unexpanded)
    {
        using var golden = SafetensorsFile.Open(TinyModel.Golden($"golden-{model}.safetensors"));
        var run = await Forward(TinyModel.Golden(model), Inputs(golden, test, unexpanded), "--generate", "12");
        run.MustSucceed();
        using var output = SafetensorsFile.Open(folder["out.safetensors"]);
        foreach (var name in Compared.Where(name => golden.Entries.ContainsKey($"{test}.{name}")))
            AssertClose(golden, test, name, output, 5e-5);
        Assert.Equal(Ids(golden, $"{test}.generated_ids"), Ids(output, "generated_ids"));
    }

    [Theory]
    [InlineData("tiny-llava", "a")]
    [InlineData("tiny-llava", "ab")]
    [InlineData("tiny-llava", "d")]
    [InlineData("tiny-llava-sharded-bf16", "c")]
    public async Task Double_precision_agrees_to_a_billionth(string model, string test)
    {
        using var golden = SafetensorsFile.Open(TinyModel.Golden($"golden-{model}.safetensors"));
        using var precise = SafetensorsFile.Open(TinyModel.Golden($"golden-{model}-f64logits.safetensors"));
        Assert.Equal(0, (await Forward(TinyModel.Golden(model), Inputs(golden, test, unexpanded: false), "--dtype", "float64")).ExitCode);
        using var output = SafetensorsFile.Open(folder["out.safetensors"]);
        Assert.Equal(SafetensorsType.Float64, output.Entries["logits"].DataType);
        AssertClose(precise, test, "logits", output, 1e-9, mask: golden.Read($"{test}.attention_mask"));
    }

    [Theory]
    [InlineData("sq")]
    [InlineData("wide")]
    [InlineData("two")]
    [InlineData("batch")]
    [InlineData("text")]
    [InlineData("big")]
    [InlineData("vid")]
    [InlineData("two_single")]
    public Task Every_case_of_a_family_with_tiles_gives_the_numbers_of_transformers(string test) => CheckTiles("llava_onevision", test);

    public static IEnumerable<object[]> OfAnySize =>
        ((string[])["qwen2_5_vl", "qwen2_vl", "qwen3_vl"]).SelectMany(family => Cases(family).EnumerateObject().Select(one => (object[])[family, one.Name]));

    [Theory]
    [MemberData(nameof(OfAnySize))]
    public async Task Images_and_videos_of_any_size_give_the_numbers_of_transformers(string family, string test)
    {
        var at = TinyModel.Golden(Path.Combine("backbones", family));
        using var golden = SafetensorsFile.Open(Path.Combine(at, "golden.safetensors"));
        var run = await Forward(Path.Combine(at, "checkpoint"), PatchInputs(golden, test, Cases(family).GetProperty(test)), "--generate", "8");
        run.MustSucceed();
        using var output = SafetensorsFile.Open(folder["out.safetensors"]);
        foreach (var name in (string[])["inputs_embeds", "layer_out.0", "layer_out.1", "layer_out.2", "layer_out.3", "final_norm", "logits"])
        {
            if (golden.Entries.ContainsKey($"{test}.{name}"))
                AssertClose(golden, test, name, output, 5e-5);
        }
        var kind = golden.Entries.ContainsKey($"{test}_trunc.generated_ids") ? $"{test}_trunc" : test;
        Assert.Equal(Ids(golden, $"{kind}.generated_ids"), Ids(output, "generated_ids"));
    }

    // Those whose logits the reference has in double precision.
    [Theory]
    [InlineData("qwen2_5_vl", "img")]
    [InlineData("qwen2_vl", "img")]
    [InlineData("qwen3_vl", "img")]
    [InlineData("qwen3_vl", "vid")]
    [InlineData("qwen3_vl", "mixed")]
    public async Task Logits_of_images_and_videos_of_any_size_agree_to_a_billionth_in_double_precision(string family, string test)
    {
        var at = TinyModel.Golden(Path.Combine("backbones", family));
        using var golden = SafetensorsFile.Open(Path.Combine(at, "golden.safetensors"));
        using var precise = SafetensorsFile.Open(Path.Combine(at, "golden-f64logits.safetensors"));
        Assert.Equal(0, (await Forward(Path.Combine(at, "checkpoint"), PatchInputs(golden, test, Cases(family).GetProperty(test)), "--dtype", "float64")).ExitCode);
        using var output = SafetensorsFile.Open(folder["out.safetensors"]);
        AssertClose(precise, test, "logits", output, 1e-9, mask: golden.Read($"{test}.attention_mask"));
    }

    [Fact]
    public async Task Under_a_plan_later_layers_have_fewer_tokens()
    {
        using var golden = SafetensorsFile.Open(TinyModel.Golden("golden-tiny-llava.safetensors"));
        var run = await Forward(tiny.Model, Inputs(golden, "a", unexpanded: true), "--plan", tiny.Plan(4), "--generate", "3");
        run.MustSucceed();
        using var output = SafetensorsFile.Open(folder["out.safetensors"]);
        Assert.Equal(29, output.Entries["inputs_embeds"].Shape[1]);
        Assert.Equal(29 - 16 + 4, output.Entries["layer_out.3"].Shape[1]);
        Assert.Equal(3, output.Entries["generated_ids"].Shape[1]);
    }

    [Fact]
    public async Task Images_without_image_tokens_and_the_reverse_are_EOS1015()
    {
        using var golden = SafetensorsFile.Open(TinyModel.Golden("golden-tiny-llava.safetensors"));
        var inputs = Inputs(golden, "a", unexpanded: false);
        await AssertError("EOS1015", new(inputs.Where(input => input.Key != "pixel_values")));
        await AssertError("EOS1015", new(inputs) { ["input_ids"] = golden.Read("d.input_ids"), ["attention_mask"] = golden.Read("d.attention_mask") });
    }

    [Fact]
    public async Task Tensors_of_another_shape_or_type_are_EOS1015()
    {
        using var golden = SafetensorsFile.Open(TinyModel.Golden("golden-tiny-llava.safetensors"));
        var inputs = Inputs(golden, "a", unexpanded: false);
        await AssertError("EOS1015", new(inputs) { ["pixel_values"] = zeros(1, 3, 28, 28) });
        await AssertError("EOS1015", new(inputs) { ["attention_mask"] = ones(1, 28, ScalarType.Int64) });
        await AssertError("EOS1015", new(inputs) { ["input_ids"] = inputs["input_ids"].to(ScalarType.Float32) });
        await AssertError("EOS1015", new(inputs) { ["input_ids"] = inputs["input_ids"].neg() });
        await AssertError("EOS1006", new(inputs.Where(input => input.Key != "input_ids")));
    }

    internal async Task CheckTiles(string family, string test)
    {
        var at = TinyModel.Golden(Path.Combine("backbones", family));
        using var golden = SafetensorsFile.Open(Path.Combine(at, "golden.safetensors"));
        var run = await Forward(Path.Combine(at, "checkpoint"), TiledInputs(golden, test, Cases(family).GetProperty(test)), "--generate", "8");
        run.MustSucceed();
        using var output = SafetensorsFile.Open(folder["out.safetensors"]);
        foreach (var name in (string[])["projector", "inputs_embeds", "layer_out.0", "layer_out.1", "layer_out.2", "final_norm"])
        {
            if (golden.Entries.ContainsKey($"{test}.{name}"))
                AssertClose(golden, test, name, output, 5e-5);
        }
        Assert.Equal(Ids(golden, $"{test}.generated_ids"), Ids(output, "generated_ids"));
    }

    private static JsonElement Cases(string family) =>
        JsonDocument.Parse(File.ReadAllText(TinyModel.Golden(Path.Combine("backbones", family, "golden.json")))).RootElement.GetProperty("cases");

    // As transformers takes them: images x tiles, with zero tiles behind the last of an image.
    private static Dictionary<string, Tensor> TiledInputs(SafetensorsFile golden, string test, JsonElement described)
    {
        var inputs = new Dictionary<string, Tensor> { ["input_ids"] = golden.Read($"{test}.input_ids"), ["attention_mask"] = golden.Read($"{test}.attention_mask") };
        string[] images = [.. described.GetProperty("images").EnumerateArray().Select(image => image.GetString()!)];
        if (images.Length > 0)
        {
            var single = described.TryGetProperty("base_tile_only", out var only) && only.GetBoolean();
            var tiles = images.Select(image => golden.Read($"pixels.{image}")).Select(pixels => single ? pixels.narrow(0, 0, 1) : pixels).ToArray();
            var most = tiles.Max(pixels => pixels.shape[0]);
            inputs["pixel_values"] = stack([.. tiles.Select(pixels => nn.functional.pad(pixels, [0, 0, 0, 0, 0, 0, 0, most - pixels.shape[0]]))]);
            inputs["image_sizes"] = stack([.. images.Select(image => golden.Read($"image_size.{image}"))]);
        }
        if (described.GetProperty("video").GetBoolean())
            inputs["pixel_values_videos"] = golden.Read("pixels.video").unsqueeze(0);
        return inputs;
    }

    private static Dictionary<string, Tensor> PatchInputs(SafetensorsFile golden, string test, JsonElement described)
    {
        var inputs = new Dictionary<string, Tensor> { ["input_ids"] = golden.Read($"{test}.input_ids"), ["attention_mask"] = golden.Read($"{test}.attention_mask") };
        string[] images = [.. described.GetProperty("images").EnumerateArray().Select(image => image.GetString()!)];
        if (images.Length > 0)
        {
            inputs["pixel_values"] = cat([.. images.Select(image => golden.Read($"pixels.{image}"))]);
            inputs["image_grid_thw"] = stack([.. images.Select(image => golden.Read($"grid.{image}"))]);
        }
        if (described.GetProperty("video").GetBoolean())
        {
            inputs["pixel_values_videos"] = golden.Read("pixels.video");
            inputs["video_grid_thw"] = golden.Read("grid.video").unsqueeze(0);
        }
        if (golden.Entries.ContainsKey($"{test}.second_per_grid_ts"))
            inputs["second_per_grid_ts"] = golden.Read($"{test}.second_per_grid_ts");
        return inputs;
    }

    private async Task AssertError(string code, Dictionary<string, Tensor> inputs)
    {
        var run = await Forward(tiny.Model, inputs);
        Assert.Equal(1, run.ExitCode);
        Assert.StartsWith($"eos : error {code}: ", run.Error);
        Assert.False(File.Exists(folder["out.safetensors"]));
    }

    private Task<EosRun> Forward(string model, Dictionary<string, Tensor> inputs, params string[] more)
    {
        SafetensorsWriter.Write(folder["in.safetensors"], inputs);
        return EosRun.Of(["forward", "--model", model, "--inputs", folder["in.safetensors"], "--output", folder["out.safetensors"], "--device", "cpu", .. more]);
    }

    private static Dictionary<string, Tensor> Inputs(SafetensorsFile golden, string test, bool unexpanded)
    {
        var form = unexpanded ? "_unexpanded" : "";
        var inputs = new Dictionary<string, Tensor> { ["input_ids"] = golden.Read($"{test}.input_ids{form}"), ["attention_mask"] = golden.Read($"{test}.attention_mask{form}") };
        if (golden.Entries.ContainsKey($"{test}.pixel_values"))
            inputs["pixel_values"] = golden.Read($"{test}.pixel_values");
        return inputs;
    }

    // Padded positions hold whatever the reference left there.
    private static void AssertClose(SafetensorsFile golden, string test, string name, SafetensorsFile output, double tolerance, Tensor? mask = null)
    {
        var (expected, actual) = (golden.Read($"{test}.{name}", ScalarType.Float64), output.Read(name, ScalarType.Float64));
        Assert.Equal(expected.shape, actual.shape);
        var difference = expected.sub(actual).abs();
        if (!name.StartsWith("vision", StringComparison.Ordinal) && name != "projector")
            difference = difference.mul((mask ?? golden.Read($"{test}.attention_mask")).unsqueeze(-1));
        Assert.InRange(difference.max().item<double>(), 0, tolerance);
    }

    private static long[] Ids(SafetensorsFile file, string name) => file.Read(name).data<long>().ToArray();
}
