using EosMLNet.Execution;
using EosMLNet.Models;
using EosMLNet.Search;
using EosMLNet.Tensors;
using EosMLNet.Tests.Search;
using TorchSharp;
using static TorchSharp.torch;

namespace EosMLNet.Tests.Models;

/// <summary>Models whose weights were brought into another form when they were read.</summary>
public class PackedModelTests
{
    private static readonly string Folder = GoldenFiles.At("tiny-llava-sharded-bf16");

    [Fact]
    public void In_bfloat16_packed_weights_give_what_ordinary_ones_give_but_for_rounding()
    {
        using var dense = LlavaModel.Load(Folder, ModelDataType.BFloat16, use: ModelUse.Search);
        using var packed = LlavaModel.Load(Folder, ModelDataType.BFloat16);
        Assert.Equal((false, OneDnn.Packs(ScalarType.BFloat16)), (dense.IsPacked, packed.IsPacked));
        Assert.Equal(dense.Fingerprint, packed.Fingerprint);
        Assert.InRange(Difference(dense, packed), 0, 0.03);
    }

    [Fact]
    public void In_float32_packed_weights_give_what_ordinary_ones_give()
    {
        using var dense = LlavaModel.Load(Folder, ModelDataType.Float32);
        var linear = dense.Config.Weights.Where(weight => weight.IsLinear).Select(weight => weight.Name).ToHashSet();
        using var packed = new LlavaModel(dense.Config, (name, _) => (linear.Contains(name) ? OneDnn.TryPack(dense.Weights[name]) : null) ?? dense.Weights[name].clone());
        Assert.Contains(packed.Weights.Values, OneDnn.IsPacked);
        Assert.InRange(Difference(dense, packed), 0, 1e-5);
    }

    [Fact]
    public void In_int8_a_model_gives_nearly_what_it_gives_in_float32()
    {
        if (!CpuSpeed.HasInt8)
            return;
        using var precise = LlavaModel.Load(Folder, ModelDataType.Float32);
        using var eight = LlavaModel.Load(Folder, ModelDataType.Int8);
        Assert.Equal(ModelDataType.Int8, eight.WeightType);
        Assert.InRange(Difference(precise, eight), 1e-4, 0.08);
    }

    [Theory]
    [InlineData(ModelDataType.Float32, "Float32", "Float32")]
    [InlineData(ModelDataType.BFloat16, "BFloat16", "BFloat16, packed")]
    [InlineData(ModelDataType.Int8, "Float32", "Int8 with Float32")]
    public void A_model_says_its_form_and_that_of_answers(ModelDataType type, string searched, string answers)
    {
        if (type == ModelDataType.Int8 && !CpuSpeed.HasInt8 || type == ModelDataType.BFloat16 && !OneDnn.Packs(ScalarType.BFloat16))
            return;
        using var search = LlavaModel.Load(Folder, type, use: ModelUse.Search);
        using var answer = LlavaModel.Load(Folder, type);
        Assert.Equal((searched, answers, searched == answers), (search.Form, search.AnswerForm, search.HasAnswerForm));
        Assert.Equal((answers, answers, true), (answer.Form, answer.AnswerForm, answer.HasAnswerForm));
    }

    [Theory]
    [InlineData(ModelDataType.BFloat16)]
    [InlineData(ModelDataType.Int8)]
    public void Nothing_of_a_packed_model_is_left_when_it_is_disposed(ModelDataType type)
    {
        if (type == ModelDataType.Int8 && !CpuSpeed.HasInt8)
            return;
        Run();
        GC.Collect();
        GC.WaitForPendingFinalizers();
        var before = LiveTensors();
        Run();
        Assert.Equal(before, LiveTensors());

        void Run()
        {
            using var model = LlavaModel.Load(Folder, type);
            using var scope = NewDisposeScope();
            _ = Logits(model);
        }
    }

    [Fact]
    public void A_packed_model_is_not_searched()
    {
        using var model = LlavaModel.Load(Folder, ModelDataType.BFloat16);
        if (model.IsPacked)
            Expect.Error(EosErrors.InvalidOption, () => new SearchSettings { Constraints = new() { MeanVisualTokens = 4 } }.Check(model), "laid out", "ModelUse.Search");
    }

    private static long LiveTensors() => DisposeScopeManager.Statistics.TensorStatistics.ThreadTotalLiveCount;

    // Of the logits, relative to their size.
    private static double Difference(LlavaModel expected, LlavaModel found)
    {
        using var scope = NewDisposeScope();
        var (a, b) = (Logits(expected), Logits(found));
        return a.sub(b).norm().item<double>() / a.norm().item<double>();
    }

    private static Tensor Logits(LlavaModel model)
    {
        using var unrecorded = no_grad();
        using var images = model.EncodeImages(Numbers.Normal(1, 2, 3, model.Config.Vision.ImageSize, model.Config.Vision.ImageSize).to(ScalarType.Float32));
        var hidden = images.Features.view(2, -1, model.HiddenSize);
        var rotary = model.Rotary(Scalars.Arange(hidden.shape[1]).unsqueeze(0).expand(2, -1));
        for (var layer = 0; layer < model.LayerCount; layer++)
            hidden = model.RunLayer(layer, hidden, rotary, bias: null);
        return model.Logits(hidden).to(ScalarType.Float64);
    }
}
