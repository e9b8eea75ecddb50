using System.Text.RegularExpressions;
using EosMLNet.Models;
using EosMLNet.Tensors;
using ScenesVqa.Questions;
using static TorchSharp.torch;

namespace ScenesVqa.Training;

/// <summary>Writes the model in Hugging Face layout, weights in bfloat16.</summary>
internal static class CheckpointFolder
{
    /// <summary>Learns the vocabulary of these texts and writes the tokenizer's and the preprocessor's files.</summary>
    /// <returns>What reads them back: training uses the very files that are shipped.</returns>
    public static VisionLanguageProcessor SaveProcessor(LlavaConfig config, IEnumerable<SceneQuestion> questions, string folder)
    {
        var texts = questions.SelectMany(q => new[] { "USER: ", $"\n{q.Text} ASSISTANT:", $" {q.Answer}" }).Select(ApartDigits);
        BpeTrainer.Train(texts, config.Text.VocabularySize).Save(folder);
        ClipImageProcessor.Default(config.Vision.ImageSize).Save(folder);
        return VisionLanguageProcessor.Load(folder, config);
    }

    /// <summary>Keeps the tokenizer and the preprocessor of the checkpoint that training goes on from: to other token ids its weights would mean nothing.</summary>
    /// <returns>What reads them back.</returns>
    public static VisionLanguageProcessor CopyProcessor(LlavaConfig config, string from, string folder)
    {
        foreach (var file in (string[])["vocab.json", "merges.txt", "tokenizer_config.json", "preprocessor_config.json"])
            File.Copy(Path.Combine(from, file), Path.Combine(folder, file), overwrite: true);
        return VisionLanguageProcessor.Load(folder, config);
    }

    // A digit may merge with the blank before it, never with another digit: a two-digit number stays two things to read.
    private static string ApartDigits(string text) => Regex.Replace(text, " ?([0-9])", " $1");

    public static void Save(LlavaModel model, string folder)
    {
        using var scope = NewDisposeScope();
        using var unrecorded = no_grad();
        model.Config.Save(folder);
        SafetensorsWriter.Write(Path.Combine(folder, "model.safetensors"),
            model.Weights.Select(w => KeyValuePair.Create(w.Key, w.Value.to(ScalarType.BFloat16))));
    }
}
