using EosMLNet.Latency;
using EosMLNet.Models;
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
}
