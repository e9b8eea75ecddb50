using Benchmarks.Quality;
using Benchmarks.Report;

namespace Benchmarks.Tests.Report;

public sealed class AblationTableTests
{
    private const string Part = "without a part", Other = "another";

    [Fact]
    public void Each_change_is_compared_with_searches_of_the_same_seeds()
    {
        var rows = AblationTable.Rows([Done(Ablations.Nothing, 1, 0.92), Done(Ablations.Nothing, 2, 0.88), Done(Part, 2, 0.85), Done(Part, 1, 0.86), Done(Part, 3, 0.1), Done(Other, 2, 0.9)]).ToList();
        Assert.Equal([[Ablations.Nothing, "90.0 %", "1, 2", "", "7"], [Part, "85.5 %", "1, 2", "-4.5", "7"], [Other, "90.0 %", "2", "+2.0", "7"]], rows);
    }

    [Fact]
    public void Nothing_is_said_where_the_search_as_it_comes_is_not_measured() =>
        Assert.Empty(AblationTable.Rows([Done(Part, 1, 0.9)]));

    private static Measured Done(string method, int seed, double accuracy)
    {
        var model = new PlanModel
        {
            Family = "llava", Fingerprint = "sha256:" + new string('0', 64), Layers = 4, VisualTokens = 4, Grid = new(2, 2), HiddenSize = 8, IntermediateSize = 8, Heads = 2, KeyValueHeads = 2, HeadSize = 4,
        };
        var plan = ReductionPlan.Identity(model);
        var trial = new Trial { Section = Ablations.Section, Budget = 2, Method = method, Kind = MethodKind.Eos, Seed = seed, Find = _ => new Found(plan) };
        return new(trial, plan, plan.Ledger, new SearchCost(1, 7, 0, ""), [], [], new Dictionary<string, double> { ["colour"] = accuracy }, 1);
    }
}
