using EosMLNet.Models;
using EosMLNet.Tensors;
using EosMLNet.Tests.Models;
using ScenesVqa;
using ScenesVqa.Scenes;
using static TorchSharp.torch;

namespace Gpu.Shapes;

/// <summary>The shipped model, the reference numbers, and drawn images with questions.</summary>
internal static class Scenes
{
    internal static string Folder { get; } = Path.Combine(AppContext.BaseDirectory, "scenes-llava");

    /// <summary>A random checkpoint whose outputs under Hugging Face transformers are known.</summary>
    internal static string GoldenFolder { get; } = Path.Combine(AppContext.BaseDirectory, "golden");

    internal static VqaDataset Draw(int seed, int images)
    {
        var data = new VqaDataset.Builder();
        foreach (var (scene, questions) in DatasetWriter.Distinct(seed).Take(images))
        {
            var image = new RgbImage(Scene.Size, Scene.Size, scene.Pixels);
            foreach (var question in questions)
                data.Add(image, question.Text, question.Answer, question.Family);
        }
        return data.Build();
    }

    /// <summary>The shipped model's tokenizer for a model of another shape.</summary>
    internal static VisionLanguageProcessor Processor(EosMLNet.Checkpoints.LlavaConfig config)
    {
        var folder = Directory.CreateTempSubdirectory("eos-gpu-");
        try
        {
            foreach (var file in new[] { "vocab.json", "merges.txt", "tokenizer_config.json" }) // not the image processor's, which is of that model's size
                File.Copy(Path.Combine(Folder, file), Path.Combine(folder.FullName, file));
            return VisionLanguageProcessor.Load(folder.FullName, config);
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }

    internal static LlavaModel Load(ScalarType dtype, Device device) => LlavaModel.Load(Folder, DataTypes.Of(dtype), device, use: ModelUse.Search);

    internal static LlavaModel LoadTiny(ScalarType dtype, Device device) => LlavaModel.Load(Path.Combine(GoldenFolder, "tiny-llava"), DataTypes.Of(dtype), device, use: ModelUse.Search);

    /// <summary>The families whose images are cut into tiles.</summary>
    internal static IReadOnlyList<string> TiledFamilies { get; } = ["llava_next", "llava_onevision"];

    /// <summary>The cases of one of them, with what transformers computed.</summary>
    internal static TiledCases Cases(string family) => new(Path.Combine(GoldenFolder, "backbones", family));

    internal static LlavaModel LoadTiled(TiledCases cases, ScalarType dtype, Device device) => LlavaModel.Load(cases.Checkpoint, DataTypes.Of(dtype), device, use: ModelUse.Search);
}
