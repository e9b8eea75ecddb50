using EosMLNet;
using EosMLNet.Checkpoints;
using Microsoft.Extensions.AI;

namespace WebApi;

/// <summary>A question as it was uploaded: a form with a <c>question</c>, files with pictures, and perhaps <c>maxNewTokens</c>.</summary>
/// <param name="Message">The question and its pictures.</param>
/// <param name="Options">The most tokens of the answer.</param>
internal sealed record Upload(ChatMessage Message, ChatOptions Options)
{
    /// <summary>Reads a form. Pictures are looked at, and not decoded.</summary>
    /// <exception cref="RefusedException">It is too large, or no form.</exception>
    /// <exception cref="EosException">EOS1010: a file is no picture. EOS1013: the question, or a number, is out of its range.</exception>
    public static async Task<Upload> ReadAsync(HttpRequest request, Limits limits, CancellationToken cancellation)
    {
        if (!request.HasFormContentType)
        {
            throw new RefusedException(StatusCodes.Status415UnsupportedMediaType,
                "A form (multipart/form-data) is expected, with 'image' and 'question'.");
        }
        var form = await FormOf(request, cancellation);
        var question = form["question"].ToString();
        if (string.IsNullOrWhiteSpace(question) || question.Length > limits.MaxQuestionLength)
            throw Invalid($"The question has {question.Length} characters; expected 1 to {limits.MaxQuestionLength}, in 'question'");
        if (form.Files.Count == 0 || form.Files.Count > limits.MaxPictures)
            throw Invalid($"{form.Files.Count} pictures are given; expected 1 to {limits.MaxPictures}, in fields 'image'");
        if (!int.TryParse(form["maxNewTokens"] is { Count: > 0 } given ? given.ToString() : $"{limits.MaxNewTokens}", out var longest)
            || longest < 1 || longest > limits.MaxNewTokens)
        {
            throw Invalid($"maxNewTokens is '{form["maxNewTokens"]}'; expected 1 to {limits.MaxNewTokens}");
        }
        var contents = new List<AIContent>();
        foreach (var file in form.Files)
        {
            var bytes = new byte[file.Length];
            await using (var stream = file.OpenReadStream())
                await stream.ReadExactlyAsync(bytes, cancellation);
            CheckSize(bytes, file.FileName, limits);
            contents.Add(new DataContent(bytes, "image/*") { Name = file.FileName });
        }
        var message = new ChatMessage(ChatRole.User, [.. contents, new TextContent(question)]);
        return new(message, new ChatOptions { MaxOutputTokens = longest });
    }

    private static async Task<IFormCollection> FormOf(HttpRequest request, CancellationToken cancellation)
    {
        try
        {
            return await request.ReadFormAsync(cancellation);
        }
        catch (IOException e) when (e is not BadHttpRequestException) // it ends before its last boundary
        {
            throw new InvalidDataException(e.Message, e);
        }
    }

    private static void CheckSize(byte[] bytes, string name, Limits limits)
    {
        var size = RgbImage.ReadSize(bytes, name);
        if ((long)size.Height * size.Width > limits.MaxPixels)
        {
            throw new RefusedException(StatusCodes.Status413PayloadTooLarge,
                $"The picture '{name}' has {size} pixels; expected at most {limits.MaxPixels} in all.");
        }
    }

    private static EosException Invalid(string what) => new(EosErrors.InvalidOption, $"{what}.");
}
