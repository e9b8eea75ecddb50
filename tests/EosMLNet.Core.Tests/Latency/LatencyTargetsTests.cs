using EosMLNet.Latency;
using EosMLNet.Models;
using EosMLNet.Tensors;
using EosMLNet.Tests.Search;

namespace EosMLNet.Tests.Latency;

public class LatencyTargetsTests
{
    [Fact]
    public void A_table_fits_the_model_it_is_for_and_no_other_device_type_or_shape()
    {
        using var model = SearchSample.Model();
        var here = LatencySample.Random(model.ToPlanModel(), 1).For(model);
        here.CheckFits(model);
        Expect.Error(EosErrors.PlanMismatch, () => (here with { Target = here.Target with { Device = "an abacus" } }).CheckFits(model), "an abacus");
        Expect.Error(EosErrors.PlanMismatch, () => (here with { Target = here.Target with { DataType = "Float16" } }).CheckFits(model), "Float16");
        Expect.Error(EosErrors.PlanMismatch, () => (here with { Target = here.Target with { Layers = 99 } }).CheckFits(model), "99 layers");
    }

    // A file from before weights had forms names a type alone: it means ordinary tensors.
    [Theory]
    [InlineData(ModelDataType.BFloat16, "BFloat16", "BFloat16, packed")]
    [InlineData(ModelDataType.Int8, "Float32", "Int8 with Float32")]
    public void A_table_of_ordinary_weights_is_not_one_of_packed_or_8_bit_ones(ModelDataType type, string dense, string form)
    {
        if (type == ModelDataType.Int8 && !CpuSpeed.HasInt8 || type == ModelDataType.BFloat16 && !OneDnn.Packs(TorchSharp.torch.ScalarType.BFloat16))
            return;
        using var searched = LlavaModel.Load(GoldenFiles.TinyLlava, type, use: ModelUse.Search);
        using var answering = LlavaModel.Load(GoldenFiles.TinyLlava, type);
        var old = LatencySample.Random(searched.ToPlanModel(), 1).For(searched);
        var table = LatencyTable.FromJson(old.ToJson()) with { Target = answering.ToLatencyTarget() };
        Assert.Equal((dense, form), (old.Target.DataType, table.Target.DataType));
        foreach (var model in new[] { searched, answering }) // a search is for answers
        {
            LatencyTable.FromJson(table.ToJson()).CheckFits(model);
            Expect.Error(EosErrors.PlanMismatch, () => old.CheckFits(model), $"({dense} on", $"here: {form} on");
        }
    }
}
