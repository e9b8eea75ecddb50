using System.Reflection;
using EosMLNet.LibTorch;
using EosMLNet.Tensors;
using TorchSharp;
using static TorchSharp.torch;

namespace EosMLNet.Models;

/// <summary>Loads a checkpoint folder as the model of its <c>model_type</c>.</summary>
internal static class ModelLoader
{
    private static readonly Lazy<IReadOnlyDictionary<string, Type>> Families = new(ModelTypeAttribute.Find<VisionLanguageModel>);

    /// <inheritdoc cref="VisionLanguageModel.Load"/>
    internal static VisionLanguageModel Load(
        string folder, ModelDataType dtype, Device? device, CancellationToken cancellation, ImagePadding padding, ModelUse use,
        PromptChoice? prompts)
    {
        TorchRuntime.EnsureLoaded();
        var notes = new List<string>();
        var config = ModelConfig.Load(folder, notes);
        var files = CheckpointFiles.Of(folder); // before they are read: a change meanwhile is noticed
        using var checkpoint = Checkpoint.Open(folder);
        var place = device ?? CPU;
        var type = DataTypes.Resolve(
            dtype, checkpoint.StoredType.Torch(), place, config.Text.HiddenSize, config.Text.IntermediateSize);
        DataTypes.CheckComputes(dtype, type, place);
        if (type == ScalarType.Float32)
            Tf32.TurnOff(place);
        var processor = VisionLanguageProcessor.Exists(folder)
            ? VisionLanguageProcessor.Load(folder, config, prompts?.Template, padding, prompts?.SystemText) : null;
        using var unrecorded = no_grad();
        using var loader = new WeightLoader(checkpoint, type, place);
        notes.AddRange(processor?.Notes ?? []);
        notes.AddRange(config.CheckWeights(checkpoint));
        var (form, ofAnswers) = (FormOf(use), FormOf(ModelUse.Answer));
        foreach (var weight in config.Weights)
            loader.Ask(weight.Name, weight.Shape, weight.IsLinear ? form : WeightForm.Dense);
        loader.Read(cancellation);
        var model = Create(config, loader.Take, processor);
        (model.Notes, model.Files, model.LinearForm, model.AnsweringForm) = (notes, files, form, ofAnswers);
        return model;

        // Of linear layers.
        WeightForm FormOf(ModelUse use) => use == ModelUse.Search ? WeightForm.Dense
            : dtype == ModelDataType.Int8 ? WeightForm.Int8
            : place.type == DeviceType.CPU && DataTypes.IsPacked(type, config.Text.HiddenSize) ? WeightForm.Packed
            : WeightForm.Dense;
    }

    private static VisionLanguageModel Create(ModelConfig config, Func<string, long[], Tensor> weight, VisionLanguageProcessor? processor)
    {
        var constructor = Families.Value[config.ModelType]
            .GetConstructor([config.GetType(), typeof(Func<string, long[], Tensor>), typeof(VisionLanguageProcessor)])!;
        return (VisionLanguageModel)constructor.Invoke(BindingFlags.DoNotWrapExceptions, null, [config, weight, processor], null);
    }
}
