using System.CommandLine;
using EosMLNet.Tool.CommandLine;

namespace EosMLNet.Tool.Signing;

/// <summary>A command that does something to files with a key.</summary>
internal abstract class SigningCommand : EosCommand
{
    private readonly Argument<string[]> files = new("FILE")
    {
        Description = "Plans, saved models, or the eos-onnx.json of exported folders.", Arity = ArgumentArity.OneOrMore,
    };
    private readonly Option<string> key;

    protected SigningCommand(string name, string description, string keyDescription, EosConsole console)
        : base(name, description, console)
    {
        key = CommonOptions.Required("--key", "PEM", keyDescription);
        Add(files);
        AddOptions(key);
    }

    /// <summary>Does it to one file, and tells of it.</summary>
    protected abstract string Do(string file, string pem);

    protected sealed override (int, object) Run(ParseResult values, CancellationToken cancellation)
    {
        var (all, pem) = (values.GetRequiredValue(files), ReadKey(values.GetRequiredValue(key)));
        foreach (var file in all)
        {
            cancellation.ThrowIfCancellationRequested();
            Console.Line($"{Do(file, pem)}");
        }
        return (ExitCodes.Success, new { Files = all });
    }

    private static string ReadKey(string file)
    {
        try
        {
            return File.ReadAllText(file);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new EosException(EosErrors.FileMissing, $"The key '{file}' cannot be read: {e.Message}", e);
        }
    }
}
