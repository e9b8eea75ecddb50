using Benchmarks.Backbones;
using EosMLNet;
using EosMLNet.Models;
using ScenesVqa.Scenes;

namespace Benchmarks.Quality;

/// <summary>A trained model of the samples that quality is measured on.</summary>
/// <param name="Name">Its name, which is that of its folder.</param>
/// <param name="Backbone">What <c>--model</c> of its trainer calls it.</param>
/// <param name="DataSeed">What its images are drawn from.</param>
/// <param name="Size">The size of its images; null for the usual one. A model that takes several is measured on one: a budget is then one
/// number.</param>
/// <param name="OtherSize">Another size that it takes; null for none.</param>
internal sealed record QualityModel(string Name, string Backbone, int DataSeed, ImageSize? Size = null, ImageSize? OtherSize = null)
{
    /// <summary>All of them.</summary>
    internal static readonly IReadOnlyList<QualityModel> All =
        [new("scenes-llava", "llava", 3003), new("scenes-qwen", "qwen", BackboneCommand.Seed, BackboneCommand.Sizes[0], BackboneCommand.Sizes[1])];

    /// <summary>Its checkpoint.</summary>
    internal string Folder => Path.Combine(AppContext.BaseDirectory, Name);

    /// <summary>Those whose names are given; all for null.</summary>
    /// <exception cref="EosException">EOS1013: there is none of that name.</exception>
    internal static IReadOnlyList<QualityModel> Of(string? name) =>
        name is null ? All : All.FirstOrDefault(model => model.Name == name) is { } one ? [one]
        : throw new EosException(EosErrors.InvalidOption,
            $"--model is '{name}'; expected {string.Join(" or ", All.Select(model => model.Name))}.");

    /// <summary>How the visual tokens of one of its images lie.</summary>
    internal VisualLayout Layout(VisionLanguageModel model) => BackbonePart.LayoutOf(model, Size ?? new(Scene.Size, Scene.Size));
}
