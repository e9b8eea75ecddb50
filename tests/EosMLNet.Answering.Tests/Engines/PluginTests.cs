using System.Runtime.CompilerServices;
using Microsoft.ML;
using Microsoft.ML.Data;
using Microsoft.ML.Transforms.Image;

namespace EosMLNet.Tests.Engines;

public sealed class PluginTests
{
    [Fact]
    public void A_context_whose_model_has_answered_and_was_disposed_can_be_unloaded()
    {
        for (var round = 0; round < 2; round++)
        {
            var context = AnswerInContext();
            for (var i = 0; i < 100 && context.IsAlive; i++)
            {
                GC.Collect();
                GC.WaitForPendingFinalizers();
                Thread.Sleep(50);
            }
            Assert.False(context.IsAlive);
        }
    }

    /// <summary>What the plugin does.</summary>
    public static string Answer()
    {
        var ml = new MLContext();
        var options = new AnswerOptions { ModelPath = Repository.At("samples", "ScenesVqa", "scenes-llava"), Engine = AnsweringEngine.Onnx };
        using var model = ml.VisionLanguage().Answer(options).Fit(ml.Data.LoadFromEnumerable<Row>([]));
        using var image = MLImage.CreateFromPixels(144, 144, MLPixelFormat.Rgba32, new byte[144 * 144 * 4]);
        return model.AnswerAsync([image], "how many shapes are there").GetAwaiter().GetResult().Text;
    }

    // In a frame of its own, which holds nothing of the context when it is left.
    [MethodImpl(MethodImplOptions.NoInlining)]
    private static WeakReference AnswerInContext()
    {
        var assembly = typeof(PluginTests).Assembly.Location;
        var context = new PluginContext(assembly);
        var method = context.LoadFromAssemblyPath(assembly).GetType(typeof(PluginTests).FullName!)!.GetMethod(nameof(Answer))!;
        Assert.NotSame(typeof(PluginTests), method.DeclaringType);
        Assert.Equal("0", method.Invoke(null, null));
        context.Unload();
        return new(context);
    }

    private sealed class Row
    {
        [ImageType(144, 144)]
        public MLImage? Image { get; set; }
        public string Question { get; set; } = "";
    }
}
