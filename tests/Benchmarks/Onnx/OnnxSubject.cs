using Benchmarks.Backbones;
using Benchmarks.Quality;
using EosMLNet.Models;
using EosMLNet.Search;
using EosMLNet.Tensors;

namespace Benchmarks.Onnx;

/// <summary>A trained model of the sample, and what it is asked.</summary>
/// <param name="Name">Its name, which is that of its folder.</param>
/// <param name="Model">The model on torch.</param>
/// <param name="Data">Questions; no search saw those of the test.</param>
/// <param name="Plans">Its plans. Each is made when it is asked for, as parts: a plan, and the questions that are answered under it.</param>
internal sealed record OnnxSubject(string Name, VisionLanguageModel Model, QualityData Data,
    IReadOnlyList<(string Name, Func<IReadOnlyList<(ReductionPlan Plan, VqaDataset Questions)>> Parts)> Plans)
{
    private const double PresetTokens = 48;
    private static readonly int[] Budgets = [48, 32, 16], Seeds = [1, 2, 3];

    /// <summary>Its checkpoint.</summary>
    internal string Folder => FolderOf(Name);

    /// <summary>scenes-llava: three budgets, and presets at the largest of them.</summary>
    /// <param name="folder">Where images and plans are kept.</param>
    /// <param name="settings">How much is measured.</param>
    internal static OnnxSubject Llava(string folder, QualitySettings settings)
    {
        var data = QualityData.Load(folder, settings);
        var model = LlavaModel.Load(FolderOf("scenes-llava"), ModelDataType.Float32, use: ModelUse.Search);
        return new("scenes-llava", model, data,
        [
            ("unreduced", () => [(ReductionPlan.Identity(model.ToPlanModel()), data.Test)]),
            .. Budgets.Select(tokens => Searched($"EOS, {tokens} tokens", $"onnx-{tokens}", new() { Constraints = new() { MeanVisualTokens = tokens } })),
            .. Presets.All.Select(preset => Named(preset.Name, () => [(preset.Plan(model.ToPlanModel(), PresetTokens), data.Test)])),
        ]);

        (string, Func<IReadOnlyList<(ReductionPlan, VqaDataset)>>) Searched(string name, string file, SearchSettings search) =>
            Named(name, () => [(PlanOf(model, data, folder, file, settings.Shorten(search)), data.Test)]);
    }

    /// <summary>scenes-qwen: three seeds, and presets for each size of images, all at one ninth of the tokens.</summary>
    /// <param name="folder">Where images and plans are kept.</param>
    /// <param name="settings">How much is measured.</param>
    internal static OnnxSubject Qwen(string folder, QualitySettings settings)
    {
        var data = BackboneCommand.Data(folder, settings);
        var model = VisionLanguageModel.Load(FolderOf("scenes-qwen"), ModelDataType.Float32, use: ModelUse.Search);
        return new("scenes-qwen", model, data,
        [
            ("unreduced", () => [(ReductionPlan.Identity(model.ToPlanModel()), data.Test)]),
            .. Seeds.Select(seed => Named($"EOS, seed {seed}", () => [(PlanOf(model, data, folder, $"scenes-qwen-{seed}", BackboneCommand.Search(settings, seed)), data.Test)])),
            .. Presets.All.Select(preset => Named(preset.Name, () => [.. BackboneCommand.Sizes.Select(size => BackbonePart.Of(model, data.Test, size)).Select(part => (part.Preset(preset.Plan, BackboneCommand.Share), part.Data))])),
        ]);
    }

    private static (string, Func<IReadOnlyList<(ReductionPlan, VqaDataset)>>) Named(string name, Func<IReadOnlyList<(ReductionPlan, VqaDataset)>> parts) => (name, parts);

    private static string FolderOf(string name) => Path.Combine(AppContext.BaseDirectory, name);

    // An earlier run's plan, or one that is searched.
    private static ReductionPlan PlanOf(VisionLanguageModel model, QualityData data, string folder, string file, SearchSettings search)
    {
        var path = Path.Combine(folder, $"{file}.plan.json");
        if (!File.Exists(path))
            new OperatorSearch(model, search).Run(data.Search, data.Validation).Plan.Save(path);
        return ReductionPlan.Load(path);
    }
}
