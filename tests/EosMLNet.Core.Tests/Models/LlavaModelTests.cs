using EosMLNet.Models;
using EosMLNet.Tensors;
using TorchSharp;
using static TorchSharp.torch;

namespace EosMLNet.Tests.Models;

/// <summary>Parity with Hugging Face transformers on the two random checkpoints of Golden, layer by layer.</summary>
public class LlavaModelTests
{
    private const double HiddenTolerance = 5e-5, AttentionTolerance = 1e-5;

    public static TheoryData<string, string, string> Cases()
    {
        var data = new TheoryData<string, string, string>();
        foreach (var (folder, file) in new[] { ("tiny-llava", "golden-tiny-llava"), ("tiny-llava-sharded-bf16", "golden-tiny-llava-sharded-bf16") })
            foreach (var name in new[] { "a", "b", "c", "d", "e", "ab" })
                data.Add(folder, file, name);
        return data;
    }

    [Theory]
    [MemberData(nameof(Cases))]
    public void Every_intermediate_agrees_with_transformers(string folder, string file, string name)
    {
        using var scope = NewDisposeScope();
        using var unrecorded = no_grad();
        using var model = LlavaModel.Load(GoldenFiles.At(folder), ModelDataType.Float32);
        using var golden = SafetensorsFile.Open(GoldenFiles.At(file + ".safetensors"));
        var mask = golden.Read($"{name}.attention_mask").to(ScalarType.Bool);
        var ids = golden.Read($"{name}.input_ids");
        var compared = 0;

        var hidden = model.EmbedTokens(ids);
        if (golden.Entries.ContainsKey($"{name}.pixel_values"))
        {
            var vision = model.EncodeImages(golden.Read($"{name}.pixel_values"), (key, value) => Compare(key, value));
            using var imageToken = ((long)model.ImageTokenId).ToScalar();
            hidden = hidden.masked_scatter(ids.eq(imageToken).unsqueeze(-1), vision.Features);
        }
        Compare("inputs_embeds", hidden, mask);

        var positions = golden.Read($"{name}.position_ids");
        var rotary = model.Rotary(positions);
        Compare("rope_cos", rotary.Cos, mask, 1e-6);
        Compare("rope_sin", rotary.Sin, mask, 1e-6);
        var bias = CausalBias(mask);
        for (var layer = 0; layer < model.LayerCount; layer++)
        {
            var all = EosMLNet.Tensors.Scalars.Arange(ids.shape[1]).unsqueeze(0).expand(ids.shape[0], -1);
            var attention = model.QueryAttention(layer, hidden, rotary, all, bias);
            Compare($"attn.{layer}", attention.transpose(1, 2), mask, AttentionTolerance, transposed: true);
            using var cache = new LayerCache();
            hidden = model.RunLayer(layer, hidden, rotary, bias, cache);
            Compare($"layer_out.{layer}", hidden, mask);
            Compare($"past_key.{layer}", cache.Keys!.transpose(1, 2), mask, transposed: true);
            Compare($"past_value.{layer}", cache.Values!.transpose(1, 2), mask, transposed: true);
        }
        var normalised = model.FinalNorm(hidden);
        Compare("final_norm", normalised, mask);
        Compare("logits", model.Head(normalised), mask);
        Assert.True(compared >= (name == "d" ? 7 : 9), $"only {compared} tensors were compared");

        void Compare(string key, Tensor value, Tensor? valid = null, double tolerance = HiddenTolerance, bool transposed = false)
        {
            if (!golden.Entries.ContainsKey($"{name}.{key}"))
                return;
            var expected = golden.Read($"{name}.{key}");
            if (transposed)
                expected = expected.transpose(1, 2);
            Assert.Equal(expected.shape, value.shape);
            if (valid is not null)
                (expected, value) = (expected[valid], value[valid]);
            var difference = (expected - value).abs().max().item<float>();
            Assert.True(difference <= tolerance, $"{key}: off by {difference}");
            compared++;
        }
    }

    // (B, 1, T, T): a token sees itself and the real tokens before it.
    private static Tensor CausalBias(Tensor mask)
    {
        var length = mask.shape[1];
        var seen = ones(length, length, ScalarType.Bool).tril().logical_and(mask.unsqueeze(1)).logical_or(eye(length, dtype: ScalarType.Bool));
        return zeros(mask.shape[0], 1, length, length).masked_fill(seen.logical_not().unsqueeze(1), EosMLNet.Tensors.Scalars.Literal(double.NegativeInfinity));
    }

    [Fact]
    public void Loading_and_disposing_leaves_no_tensor_behind()
    {
        using (var model = LlavaModel.Load(GoldenFiles.TinyLlava))
            _ = model.Fingerprint;
        var before = DisposeScopeManager.Statistics.TensorStatistics.ThreadTotalLiveCount;
        using (var model = LlavaModel.Load(GoldenFiles.TinyLlava))
            Assert.StartsWith("sha256:", model.Fingerprint);
        Assert.Equal(before, DisposeScopeManager.Statistics.TensorStatistics.ThreadTotalLiveCount);
    }
}
