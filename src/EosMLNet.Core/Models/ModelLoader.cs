using System.Reflection;
using EosMLNet.Checkpoints;
using EosMLNet.Data;
using EosMLNet.Runtime;
using TorchSharp;
using static TorchSharp.torch;

namespace EosMLNet.Models;

/// <summary>Loads a checkpoint folder as the model of its <c>model_type</c>.</summary>
internal static class ModelLoader
{
    private static readonly Lazy<IReadOnlyDictionary<string, Type>> Families = new(ModelTypeAttribute.Find<VisionLanguageModel>);

    /// <inheritdoc cref="VisionLanguageModel.Load"/>
    internal static VisionLanguageModel Load(
        string folder, ScalarType? dtype, Device? device, CancellationToken cancellation, ImagePadding padding)
    {
        TorchRuntime.EnsureLoaded();
        var notes = new List<string>();
        var config = ModelConfig.Load(folder, notes);
        using var checkpoint = Checkpoint.Open(folder);
        var place = device ?? CPU;
        var type = dtype ?? (place.type == DeviceType.CPU ? ScalarType.Float32 : checkpoint.StoredType);
        DataTypes.CheckComputes(type, place);
        if (type == ScalarType.Float32)
            Tf32.TurnOff(place);
        var processor = VisionLanguageProcessor.Exists(folder) ? VisionLanguageProcessor.Load(folder, config, padding: padding) : null;
        using var unrecorded = no_grad();
        using var loader = new WeightLoader(checkpoint, type, place);
        // What the constructor asks for is known only by running it: once on placeholders, then on the weights.
        Create(config, loader.Ask, processor).Dispose();
        notes.AddRange(processor?.Notes ?? []);
        notes.AddRange(UnusedWeights.Note(checkpoint.Names, loader.Asked, folder));
        loader.Read(cancellation);
        var model = Create(config, loader.Take, processor);
        (model.Notes, model.Folder) = (notes, folder);
        return model;
    }

    /// <summary>Checks a folder as <see cref="Load"/> does, without reading the weights.</summary>
    /// <returns>The notes that the model would have.</returns>
    /// <exception cref="EosException">As <see cref="Load"/>.</exception>
    internal static IReadOnlyList<string> Check(string folder)
    {
        var notes = new List<string>();
        var config = ModelConfig.Load(folder, notes);
        using var checkpoint = Checkpoint.Open(folder);
        var processor = VisionLanguageProcessor.Exists(folder) ? VisionLanguageProcessor.Load(folder, config) : null;
        using var unrecorded = no_grad();
        using var loader = new WeightLoader(checkpoint, ScalarType.Float32, CPU);
        Create(config, loader.Ask, processor).Dispose();
        return [.. notes, .. processor?.Notes ?? [], .. UnusedWeights.Note(checkpoint.Names, loader.Asked, folder)];
    }

    private static VisionLanguageModel Create(ModelConfig config, Func<string, long[], Tensor> weight, VisionLanguageProcessor? processor)
    {
        var constructor = Families.Value[config.ModelType]
            .GetConstructor([config.GetType(), typeof(Func<string, long[], Tensor>), typeof(VisionLanguageProcessor)])!;
        return (VisionLanguageModel)constructor.Invoke(BindingFlags.DoNotWrapExceptions, null, [config, weight, processor], null);
    }
}
