using EosMLNet.Checkpoints;
using EosMLNet.Onnx;
using EosMLNet.Plans;

namespace Site.Tests.PackagePages;

#pragma warning disable IDE0051, CA1822 // compiled, not called: it names files of the reader's
/// <summary>What the page of the package EosMLNet.Onnx shows.</summary>
internal static class OnnxPage
{
    private static void Program()
    {
        using var model = OnnxModel.Load("scenes-llava", ReductionPlan.Load("plan.json"));
        var image = RgbImage.Decode("image.png");
        var answer = model.Generate([([image], "what colour is the square")], maxNewTokens: 16)[0];
        Console.WriteLine(model.Processor!.Decode(answer.Ids));

        OnnxExport.Write("scenes-llava", ReductionPlan.Load("plan.json"), "vqa-onnx"); // the same graphs as files
    }
}
