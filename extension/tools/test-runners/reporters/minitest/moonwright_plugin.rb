# A plugin of Minitest 5: one JSON line a test in the file MOONWRIGHT_RESULTS, besides what Minitest prints.
require 'json'

module Minitest
  class MoonwrightReporter < AbstractReporter
    def initialize(file)
      super()
      @file = file
    end

    def record(result)
      told = result.passed? ? { result: 'passed' } : failure(result)
      File.open(@file, 'a') { |file| file.puts(JSON.generate({ name: result.name }.merge(told))) }
    end

    private

    def failure(result)
      return { result: 'skipped' } if result.skipped?

      failure = result.failures.first
      file = result.respond_to?(:source_location) ? result.source_location&.first : nil
      { result: 'failed', **place(failure, file), **told(failure) }
    end

    # The last line of the test's file on the way to the failure, else where the assertion stands.
    def place(failure, file)
      error = failure.respond_to?(:error) ? failure.error : failure
      frames = (error.backtrace || []).map { |line| line.match(/\A(.+?):(\d+)/) }.compact
      own = frames.find { |frame| file && File.expand_path(frame[1]) == File.expand_path(file) } ||
            failure.location.match(/\A(.+?):(\d+)/)
      own ? { file: File.expand_path(own[1]), line: own[2].to_i } : {}
    end

    def told(failure)
      error = failure.respond_to?(:error) ? failure.error : failure
      text = error.message.to_s.strip
      pair = text.match(/\A(?:(.+?)\.?\n)?Expected: (.+)\n\s*Actual: (.+)\z/)
      return { expected: pair[2], actual: pair[3], message: pair[1] }.compact if pair

      sides = text.match(/\A(?:(.+?)\.?\n)?--- expected\n\+\+\+ actual\n@@[^\n]*@@\n(.+)\z/m)
      return { expected: side(sides[2], '-'), actual: side(sides[2], '+'), message: sides[1] }.compact if sides

      line = text.lines.first.to_s.strip
      told = error.is_a?(Assertion) ? line : "#{error.class.name}: #{line}"
      { message: error.cause ? "#{told} (cause: #{error.cause.message.lines.first.to_s.strip})" : told }
    end

    def side(diff, mark)
      diff.lines.select { |line| line.start_with?(mark, ' ') }.map { |line| line[1..].chomp }.join(' ')
    end
  end

  def self.plugin_moonwright_init(_options)
    file = ENV.fetch('MOONWRIGHT_RESULTS', nil)
    reporter << MoonwrightReporter.new(file) if file
  end
end
