using EosMLNet.Execution;
using EosMLNet.Models;
using EosMLNet.Plans;

namespace Site.Tests.PackagePages;

#pragma warning disable IDE0051, CA1822 // compiled, not called: it names files of the reader's
/// <summary>What the page of the package EosMLNet.Core shows.</summary>
internal static class CorePage
{
    private static void Program()
    {
        using var model = VisionLanguageModel.Load("scenes-llava");
        var reduced = new ReducedModel(model, ReductionPlan.Load("plan.json"));
    }
}
