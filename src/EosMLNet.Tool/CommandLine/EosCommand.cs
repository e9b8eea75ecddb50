using System.CommandLine;

namespace EosMLNet.Tool.CommandLine;

/// <summary>A command of <c>eos</c>: the options that all share, and one place where exceptions become messages and exit codes.</summary>
internal abstract class EosCommand : Command
{
    private const string StandardOutput = "-";

    private readonly Option<string?> json = new("--json")
    {
        Description =
            "Also write the result to this file, for machines. A hyphen alone stands for standard output, which then holds nothing else; " +
            "what people read goes to the error stream.",
        HelpName = "FILE",
    };
    private readonly Option<bool> verbose = new("--verbose") { Description = "Show where an error came from." };

    protected EosCommand(string name, string description, EosConsole console)
        : base(name, description)
    {
        Console = console;
        SetAction((values, cancellation) => Task.Run(() => Guarded(values, cancellation), CancellationToken.None));
    }

    protected EosConsole Console { get; }

    /// <summary>Adds the command's own options, and behind them those that all commands share.</summary>
    protected virtual void AddOptions(params IEnumerable<Option> options)
    {
        foreach (var option in options.Concat([json, verbose]))
            Add(option);
    }

    /// <summary>Does the command's work.</summary>
    /// <returns>The exit code and what <c>--json</c> writes.</returns>
    protected abstract (int ExitCode, object Result) Run(ParseResult values, CancellationToken cancellation);

    /// <summary>What a command that was cancelled says of its work, and of how to go on.</summary>
    protected virtual string WhenCancelled(ParseResult values) => "Nothing was written.";

    private int Guarded(ParseResult values, CancellationToken cancellation)
    {
        try
        {
            var target = values.GetValue(json);
            if (target == StandardOutput)
                Console.LeaveOutputToMachines();
            else if (target is not null)
                AtomicFile.CheckWritable(target);
            var (exitCode, result) = Run(values, cancellation);
            if (target == StandardOutput)
                JsonResult.Write(Console.Machine, result);
            else if (target is not null)
                JsonResult.Write(target, result);
            return exitCode;
        }
        catch (OperationCanceledException)
        {
            Console.Error.WriteLine($"Cancelled. {WhenCancelled(values)}");
            return ExitCodes.Cancelled;
        }
        catch (Exception e) when ((e as EosException ?? MachineFault.Of(e)) is { } fault)
        {
            // With its place in front, editors and build logs can go there; the message then need not tell it once more.
            var place = fault is { File: { } file, Line: { } line } ? $"{file}({line})" : null;
            Console.Diagnostic("error", place is null ? fault.Message : $"{fault.Code}: {fault.Detail}", place);
            Detail(values, fault);
            return ExitCodes.Of(fault);
        }
        catch (Exception e)
        {
            Console.Diagnostic("error",
                $": internal error, {e.GetType().Name}: {e.Message} Run again with --verbose and report what it prints.");
            Detail(values, e);
            return ExitCodes.Internal;
        }
    }

    private void Detail(ParseResult values, Exception e)
    {
        if (values.GetValue(verbose))
            Console.Error.WriteLine(e);
    }
}
