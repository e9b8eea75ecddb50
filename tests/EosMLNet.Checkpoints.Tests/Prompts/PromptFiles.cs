using System.Text.Json;
using EosMLNet.Tests.Tokenizers;

namespace EosMLNet.Tests.Prompts;

/// <summary>A folder with the tokenizer of a model, to make prompts with.</summary>
internal static class PromptFiles
{
    /// <summary>The id of the image token.</summary>
    internal const int Image = 540;

    /// <summary>Compares the ids of a prompt with those of its whole text.</summary>
    /// <param name="folder">An empty folder, or one with a chat template.</param>
    /// <param name="modelType">The model's type.</param>
    /// <param name="images">How many images the prompt is about.</param>
    /// <param name="text">The whole text.</param>
    internal static void CheckPrompt(TemporaryFolder folder, string modelType, int images, string text)
    {
        var processor = Load(folder, modelType, "special");
        var ids = processor.EncodePrompt("What is it?", images);
        Assert.Equal(TokenizerFiles.Read(folder["tokenizer.json"]).Encode(text), ids);
        Assert.Equal(images, ids.Count(id => id == Image));
    }

    /// <summary>Writes the folder, and reads it.</summary>
    internal static VisionLanguageProcessor Load(TemporaryFolder folder, string modelType, string imageToken, string? template = null)
    {
        using var golden = JsonDocument.Parse(File.ReadAllText(TokenizerFiles.Golden(TokenizerFiles.Bpe)));
        var tokens = golden.RootElement.GetProperty("added_tokens");
        var all = $"{tokens.GetRawText()[..^1]},{TokenizerFiles.Added(Image, "<image>", imageToken)}]";
        folder.Write("tokenizer.json", TokenizerFiles.With(TokenizerFiles.Bpe, ("added_tokens", all)));
        folder.Write("config.json", JsonSerializer.Serialize(new { model_type = modelType }));
        var config = new LlavaConfig
        {
            Vision = new() { ImageSize = 28, PatchSize = 14 },
            Text = new() { VocabularySize = 600 },
            ImageTokenIndex = Image,
            EosTokenIds = [518],
        };
        return VisionLanguageProcessor.Load(folder.Path, config, template);
    }
}
