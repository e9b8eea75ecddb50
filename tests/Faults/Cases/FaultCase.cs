namespace Faults.Cases;

/// <summary>A fault of the machine, and what has to come of it.</summary>
/// <param name="Area">The kind of fault.</param>
/// <param name="Done">What is done.</param>
/// <param name="Do">Does it, and says what happened.</param>
internal sealed record FaultCase(string Area, string Done, Func<CasePlace, CaseOutcome> Do)
{
    /// <summary>Does it in a place of its own.</summary>
    internal CaseResult Run()
    {
        var today = DateOnly.FromDateTime(DateTime.UtcNow);
        using var place = new CasePlace();
        try
        {
            var outcome = Do(place);
            return new(Area, Done, Shown(outcome.Happened, place), outcome.Code, outcome.ExitCode, outcome.Holds, today);
        }
        catch (InvalidOperationException e)
        {
            return new(Area, Done, $"it could not be prepared: {e.Message}", null, null, false, today);
        }
        catch (CaseSkippedException e)
        {
            return new(Area, Done, e.Message, null, null, null, today);
        }
    }

    // Without the places of this machine.
    private static string Shown(string text, CasePlace place) => text.Replace(place.Root, "…", StringComparison.Ordinal)
        .Replace(Path.TrimEndingDirectorySeparator(AppContext.BaseDirectory), "…", StringComparison.Ordinal);

    /// <summary>
    /// A command that has to fail with one code. Its old output, where there is any, has to be there as it was, and nothing else.
    /// </summary>
    /// <param name="area">The kind of fault.</param>
    /// <param name="done">What is done.</param>
    /// <param name="code">The code that it has to say.</param>
    /// <param name="run">Prepares, and names the folder of the output and the command that is run: by that order, so that what is in the
    /// folder then is the old output.</param>
    internal static FaultCase Refused(
        string area, string done, string code, Func<CasePlace, (string Folder, Func<CaseRun> Run)> run) =>
        new(area, done, place =>
        {
            var (folder, command) = run(place);
            var before = FolderState.Of(folder);
            var found = command();
            var expected = EosErrors.IsOfEnvironment(code) ? 3 : 1;
            var changed = FolderState.Of(folder).Differences(before);
            return new(changed.Length > 0 ? $"{changed}; {found.Told}" : found.Told, found.Code, found.ExitCode,
                found.Code == code && found.ExitCode == expected && changed.Length == 0);
        });

    /// <summary>A command that has to succeed all the same.</summary>
    internal static FaultCase Succeeds(string area, string done, string happens, Func<CasePlace, CaseRun> run) =>
        new(area, done, place =>
        {
            var found = run(place);
            return new(found.ExitCode == 0 ? happens : found.Told, found.Code, found.ExitCode, found.ExitCode == 0 && found.Code is null);
        });
}
