using System.CommandLine;
using EosMLNet.LibTorch;
using EosMLNet.Tensors;

namespace EosMLNet.Tool.CommandLine;

/// <summary>Options that several commands have, worded alike.</summary>
internal static class CommonOptions
{
    /// <summary>What stands for a plan in help texts.</summary>
    internal const string PlanHelp = "FILE|PRESET:N";

    /// <summary>What a plan may be, in help texts.</summary>
    internal const string PlanForms = "a file, which may be a saved ML.NET model, or a preset with its mean visual tokens a layer or a " +
        "part of them, such as fastv:36 or fastv:25%; `eos preset` lists the presets.";

    internal static Option<string> Required(string name, string help, string description) =>
        new(name) { Description = description, HelpName = help, Required = true };

    internal static Option<string?> Optional(string name, string help, string description) =>
        new(name) { Description = description, HelpName = help };

    internal static Option<T> Default<T>(string name, string help, T value, string description) =>
        new(name) { Description = description, HelpName = help, DefaultValueFactory = _ => value };

    internal static Option<string> Model() => Required("--model", "DIR", "Folder of a vision-language model in Hugging Face layout.");
    internal static Option<string?> Plan()
    {
        var option = Optional("--plan", PlanHelp, $"Plan to run the model under: {PlanForms} Default: none, the unreduced model.");
        option.CompletionSources.Add(PlanChoice.Completions);
        return option;
    }
    internal static Option<string> Data() =>
        Required("--data", "TSV",
            "Questions and answers: tab-separated, with a header that names ImagePath, Question, Answer and, if wanted, Family.");
    internal static Option<string> Images() => Required("--images", "DIR", "Folder that the table's image paths start from.");
    internal static Option<string> Device()
    {
        var option = Default("--device", "NAME", "auto", "cpu, cuda, cuda:N, or auto: a GPU where there is one.");
        option.CompletionSources.Add("auto", "cpu", "cuda");
        return option;
    }

    internal static Option<string?> LibTorch() => Optional("--libtorch", "DIR",
        "Use the libtorch in this folder, such as torch/lib of a Python PyTorch, instead of the packaged one. Default: the variable " +
        $"{TorchRuntime.LibTorchVariable}.");
    internal static Option<ImagePadding?> ImagePadding(string fallback) => new Option<ImagePadding?>("--image-padding")
    {
        HelpName = "square|crop",
        Description = "What becomes of images that are not square: square pads them with the processor's mean colour, as LLaVA-1.5's " +
            $"authors do; crop does what the preprocessor file says, for CLIP a cut from the middle. Default: {fallback}",
    }.OfferingWords();

    internal static Option<string?> PromptTemplate() => Optional("--prompt-template", "TEXT",
        "The prompt around a question: <image> stands for the images, {question} for the question, {system} for the text of " +
        @"--system-text, \n for a line end. Default: what the model's chat template writes.");
    internal static Option<string?> SystemText() => new("--system-text", "--system")
    {
        HelpName = "TEXT",
        Description = "What the model is told before every question. Default: what its prompts say by themselves, mostly nothing.",
    };

    internal static Option<ModelDataType> DataType() => DataType(ModelDataType.Auto,
        "Type of numbers to compute in. auto is bfloat16 on a CPU that is much faster in it, for models that are stored in 16 bits, and " +
        "float32 on another; on a GPU it is the type that the model is stored in. int8 is for answers, on a CPU.");

    internal static Option<ModelDataType> DataType(ModelDataType value, string description)
    {
        string[] names = [.. Enum.GetNames<ModelDataType>().Select(name => name.ToLowerInvariant())];
        var option = Default("--data-type", string.Join('|', names), value, description);
        option.Validators.Add(found =>
        {
            if (found.Tokens is [var token, ..] && !names.Contains(token.Value, StringComparer.OrdinalIgnoreCase))
                found.AddError($"{option.Name} is '{token.Value}'; expected {string.Join(", ", names)}.");
        });
        return option.OfferingWords();
    }

    /// <summary>Lets shells offer the words of <see cref="Option.HelpName"/>, and not the type's names with their capitals.</summary>
    internal static Option<T> OfferingWords<T>(this Option<T> option)
    {
        option.CompletionSources.Clear();
        option.CompletionSources.Add(option.HelpName!.Split('|'));
        return option;
    }

    internal static Option<int> BatchSize(int value, string description) => Default("--batch-size", "N", value, description);

    /// <summary>The option's value.</summary>
    /// <exception cref="EosException">EOS1013: it is below <paramref name="least"/>.</exception>
    internal static int AtLeast(this ParseResult values, Option<int> option, int least) => Checked(option, values.GetValue(option), least);

    /// <summary>The option's value, or null when it was not given.</summary>
    /// <exception cref="EosException">EOS1013: it is below <paramref name="least"/>.</exception>
    internal static int? AtLeast(this ParseResult values, Option<int?> option, int least) =>
        values.GetValue(option) is { } value ? Checked(option, value, least) : null;

    private static int Checked(Option option, int value, int least) =>
        value >= least ? value : throw new EosException(EosErrors.InvalidOption, $"{option.Name} is {value}. Expected {least} or more.");
}
