using System.Reflection;
using Microsoft.ML;
using Microsoft.ML.TorchSharp.NasBert;
using TorchSharp;

namespace Neighbours;

/// <summary>
/// An encoder of random weights, where the trainers for text look for Microsoft's. They download that one (18 MB) unless the file is there.
/// From random weights a trainer learns all by itself: enough for a few hundred simple questions, without a network.
/// </summary>
internal static class RandomEncoder
{
    // The tokenizer's, which Microsoft.ML.TorchSharp carries.
    private const int Padding = 1;
    private const int Symbols = 50265;

    /// <summary>Writes the file, and makes <paramref name="ml"/> look for it there.</summary>
    /// <param name="ml">The context that trains.</param>
    /// <param name="folder">The folder that gets <c>mlnet/NasBert2000000.tsm</c>.</param>
    internal static void Use(MLContext ml, string folder)
    {
        ml.TempFilePath = folder;
        var file = Directory.CreateDirectory(Path.Combine(folder, "mlnet")).FullName + "/NasBert2000000.tsm";
        torch.random.manual_seed(1);
        var options = new TextClassificationTrainer.TextClassificationOptions();
        const int Classes = 2;                                           // of the head, which is not written
        // The model is internal.
        var type = options.GetType().Assembly.GetType("Microsoft.ML.TorchSharp.NasBert.Models.ModelForPrediction", throwOnError: true)!;
        using var model = (torch.nn.Module)Activator.CreateInstance(type, options, Padding, Symbols, Classes)!;
        ((torch.nn.Module)type.GetMethod("GetEncoder")!.Invoke(model, null)!).save(file);
    }
}
