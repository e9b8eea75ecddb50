using EosMLNet.Plans;

namespace Site.Tests.PackagePages;

#pragma warning disable IDE0051, CA1822 // compiled, not called: it names files of the reader's
/// <summary>What the page of the package EosMLNet.Plans shows.</summary>
internal static class PlansPage
{
    private static void Program()
    {
        var plan = ReductionPlan.Load("plan.json");
        Console.WriteLine($"{plan.Ledger.Mean} visual tokens a layer, {plan.Ledger.MacsRatio:p0} of the multiply-accumulates");
    }
}
