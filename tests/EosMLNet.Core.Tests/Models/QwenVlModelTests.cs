using EosMLNet.Execution;
using EosMLNet.Models;
using EosMLNet.Tensors;
using static TorchSharp.torch;

namespace EosMLNet.Tests.Models;

/// <summary>Parity of the Qwen-VL families with Hugging Face transformers, layer by layer (Golden/backbones).</summary>
public sealed class QwenVlModelTests
{
    private const double Tolerance = 5e-5, RotaryTolerance = 5e-6, PreciseTolerance = 1e-9;

    [Theory]
    [MemberData(nameof(QwenCases.All), MemberType = typeof(QwenCases))]
    public void Every_intermediate_agrees_with_transformers(string family, string name)
    {
        using var scope = NewDisposeScope();
        using var unrecorded = no_grad();
        using var golden = new QwenCases(family);
        using var model = VisionLanguageModel.Load(golden.Checkpoint, ModelDataType.Float32);
        var compared = 0;
        var mask = golden.Read($"{name}.attention_mask").to(ScalarType.Bool);                        // (B, T)
        // Where a case has images and videos, its tower's numbers are those of two calls; ours is one.
        using var batch = golden.Batch(model, name, name == "mixed" ? null : Compare);
        using var identity = new ReducedModel(model, ReductionPlan.Identity(model.ToPlanModel()));
        identity.Forward(batch, Compare).Dispose();
        Positions();
        Assert.True(compared > 0, $"{name} has nothing to compare with");

        void Compare(string key, Tensor value)
        {
            var expected = key == "logits" && !golden.Has($"{name}.logits") ? $"{name}.logits_tail4" : $"{name}.{key}";
            if (!golden.Has(expected))
                return;
            var wanted = golden.Read(expected);
            var (found, valid) = (value, mask);
            if (wanted.dim() == 3 && found.shape[1] > wanted.shape[1])
                (found, valid) = (found.narrow(1, found.shape[1] - wanted.shape[1], wanted.shape[1]),
                    mask.narrow(1, mask.shape[1] - wanted.shape[1], wanted.shape[1]));
            Assert.Equal(wanted.shape, found.shape);
            var difference = found.sub(wanted).abs();
            if (wanted.dim() == 3)
                difference = difference.mul(valid.unsqueeze(-1));
            Assert.True(difference.max().item<float>() <= Tolerance, $"{key} is off by {difference.max().item<float>()}");
            compared++;
        }

        void Positions()
        {
            var (positions, next) = model.Positions(batch.Valid, batch.Lengths, batch.Places);       // (3, B, T), (B, 1)
            var wanted = golden.Read(golden.Has($"{name}_trunc.position_ids") ? $"{name}_trunc.position_ids" : $"{name}.position_ids");
            Assert.True(positions.sub(wanted).mul(mask.to(ScalarType.Int64)).Eq(0).all().item<bool>());
            compared++;
            if (golden.Has($"{name}.rope_deltas"))
            {
                var deltas = golden.Read(golden.Has($"{name}_trunc.rope_deltas") ? $"{name}_trunc.rope_deltas" : $"{name}.rope_deltas");
                Assert.True(next.sub(deltas.Add(mask.shape[1])).Eq(0).all().item<bool>()); // the deltas count padding
            }
            if (!golden.Has($"{name}.rope_cos"))
                return;
            var rotary = model.Rotary(positions);
            var cos = golden.Read($"{name}.rope_cos");
            if (cos.dim() == 4) // of each axis, before one is chosen for each frequency
                cos = stack([.. Enumerable.Range(0, (int)cos.shape[3]).Select(i => cos[Axis(i % ((int)cos.shape[3] / 2)), .., .., i])], -1);
            Assert.True(rotary.Cos.sub(cos).abs().max().item<float>() <= RotaryTolerance);
            compared++;
        }

        int Axis(int frequency) => frequency < 2 ? 0 : frequency < 5 ? 1 : 2; // [2, 3, 3]
    }

    [Theory]
    [MemberData(nameof(QwenCases.All), MemberType = typeof(QwenCases))]
    public void Generated_ids_are_those_of_transformers(string family, string name)
    {
        using var scope = NewDisposeScope();
        using var golden = new QwenCases(family);
        using var model = VisionLanguageModel.Load(golden.Checkpoint, ModelDataType.Float32);
        using var reduced = new ReducedModel(model, ReductionPlan.Identity(model.ToPlanModel()));
        using var batch = golden.Batch(model, name);
        Assert.Equal(golden.GeneratedIds(name), reduced.Generate(batch, 8).Ids);
    }

    // From the weights, transformers' input of the last block and its angles: every patch of an image, or of a video's step, looks at all of it.
    [Theory]
    [InlineData("qwen3_vl", "img")]
    [InlineData("qwen3_vl", "vid")]
    public void The_attention_that_tokens_receive_is_the_mean_over_all_that_look(string family, string name)
    {
        using var scope = NewDisposeScope();
        using var unrecorded = no_grad();
        using var golden = new QwenCases(family);
        using var model = VisionLanguageModel.Load(golden.Checkpoint, ModelDataType.Float32);
        var last = model.TowerLayerCount - 1;
        Tensor W(string weight) => model.Weights[$"visual.blocks.{last}.{weight}"];
        var hidden = golden.Read($"{name}.vision.block_out.{last - 1}");                             // (P, d)
        var angles = golden.Read($"{name}.vision.rotary_freqs");                                     // (P, hs/2)
        var (cos, sin) = (cat([angles.cos(), angles.cos()], -1).unsqueeze(1), cat([angles.sin(), angles.sin()], -1).unsqueeze(1));
        var normed = nn.functional.layer_norm(hidden, [hidden.shape[1]], W("norm1.weight"), W("norm1.bias"), 1e-6);
        var heads = nn.functional.linear(normed, W("attn.qkv.weight"), W("attn.qkv.bias")).view(hidden.shape[0], 3, -1, cos.shape[2]);
        Tensor Turned(Tensor x)
        {
            var (low, high) = (x.narrow(-1, 0, x.shape[2] / 2), x.narrow(-1, x.shape[2] / 2, x.shape[2] / 2));
            return x.mul(cos).Add(cat([high.neg(), low], -1).mul(sin));
        }
        var (queries, keys) = (Turned(heads.select(1, 0)), Turned(heads.select(1, 1)));              // (P, H, hs)
        var images = golden.Images(model, name)!;
        var steps = model.LayoutOf(images.Images[0]).Regions.Count;
        var perStep = hidden.shape[0] / steps;
        var wanted = cat([.. Enumerable.Range(0, steps).Select(step =>
        {
            var (q, k) = (queries.narrow(0, step * perStep, perStep).transpose(0, 1), keys.narrow(0, step * perStep, perStep).transpose(0, 1));
            return q.matmul(k.transpose(1, 2)).Mul(1 / Math.Sqrt(q.shape[2])).softmax(-1).mean([0L, 1L]);
        })]).view(-1, 4).mean([1L]);
        var found = model.EncodeImages(images).ClsAttention!;
        Assert.Equal(wanted.shape, found.shape);
        Assert.InRange(found.sub(wanted).abs().max().item<float>(), 0, 1e-6);
    }

    [Theory]
    [InlineData("qwen2_5_vl", "img")]
    [InlineData("qwen2_vl", "img")]
    [InlineData("qwen3_vl", "img")]
    [InlineData("qwen3_vl", "vid")]
    [InlineData("qwen3_vl", "mixed")]
    public void Logits_in_float64_agree_to_nine_digits(string family, string name)
    {
        using var scope = NewDisposeScope();
        using var unrecorded = no_grad();
        using var golden = new QwenCases(family);
        using var model = VisionLanguageModel.Load(golden.Checkpoint, ModelDataType.Float64);
        using var reduced = new ReducedModel(model, ReductionPlan.Identity(model.ToPlanModel()));
        using var batch = golden.Batch(model, name);
        var logits = reduced.Forward(batch);
        var wanted = golden.Precise($"{name}.logits") ?? golden.Precise("logits")!;
        Assert.True(logits.sub(wanted.view_as(logits)).abs().max().item<double>() <= PreciseTolerance);
    }
}
