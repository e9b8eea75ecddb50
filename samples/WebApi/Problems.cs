using EosMLNet;
using EosMLNet.Onnx;
using Microsoft.AspNetCore.Diagnostics;

namespace WebApi;

/// <summary>Says what is wrong with a request: a status, the code of the fault, a sentence.</summary>
internal sealed class Problems(AnswerQueue queue, ILogger<Problems> log) : IExceptionHandler
{
    private static readonly string[] OfRequest =
        [EosErrors.UnreadableImage, EosErrors.InvalidOption, EosErrors.ModelInput, EosErrors.ChatTemplate];

    /// <summary>What an exception means to a client.</summary>
    public Problem Of(Exception e)
    {
        var problem = e switch
        {
            RefusedException refused => new Problem(refused.Status, null, refused.Message),
            BadHttpRequestException bad => new Problem(bad.StatusCode, null, bad.Message),
            InvalidDataException => new Problem(StatusCodes.Status400BadRequest, null, $"The form cannot be read: {e.Message}"),
            EosException { Code: EosErrors.QueueFull } full => new Problem(
                queue.IsClosed ? StatusCodes.Status503ServiceUnavailable : StatusCodes.Status429TooManyRequests, full.Code, full.Detail),
            EosException eos when OfRequest.Contains(eos.Code) => new Problem(StatusCodes.Status400BadRequest, eos.Code, eos.Detail),
            _ => new Problem(StatusCodes.Status500InternalServerError, (e as EosException)?.Code, "The question could not be answered."),
        };
        if (problem.Status == StatusCodes.Status500InternalServerError)
            log.LogError(e, "A question could not be answered.");
        return problem;
    }

    public async ValueTask<bool> TryHandleAsync(HttpContext context, Exception exception, CancellationToken cancellation)
    {
        if (context.RequestAborted.IsCancellationRequested)
            return true; // nobody listens
        await WriteAsync(context, Of(exception));
        return true;
    }

    /// <summary>Writes a problem as the response.</summary>
    /// <param name="context">The request.</param>
    /// <param name="problem">The problem.</param>
    /// <param name="retryAfter">When to ask again, where the problem is one that passes; null for a second.</param>
    public static Task WriteAsync(HttpContext context, Problem problem, TimeSpan? retryAfter = null)
    {
        context.Response.StatusCode = problem.Status;
        if (problem.Status is StatusCodes.Status429TooManyRequests or StatusCodes.Status503ServiceUnavailable)
            context.Response.Headers.RetryAfter = FormattableString.Invariant($"{(retryAfter ?? TimeSpan.FromSeconds(1)).TotalSeconds:0}");
        return context.Response.WriteAsJsonAsync(problem, CancellationToken.None);
    }
}
