# A formatter for RSpec 3: one JSON line an example, in the file that RSpec writes its output to.
require 'json'

class MoonwrightFormatter
  RSpec::Core::Formatters.register self, :example_passed, :example_failed, :example_pending, :message, :dump_summary

  def initialize(output)
    @output = output
    @messages = []
  end

  def example_passed(notification)
    write(result: 'passed', name: notification.example.description)
  end

  def example_pending(notification)
    write(result: 'skipped', name: notification.example.description)
  end

  def example_failed(notification)
    example = notification.example
    write(result: 'failed', name: example.description, **place(example), **told(example.exception))
  end

  # RSpec says what it could not load before it sums up.
  def message(notification)
    @messages << notification.message.gsub(/\e\[[\d;]*m/, '')
  end

  def dump_summary(summary)
    outside = summary.respond_to?(:errors_outside_of_examples_count) ? summary.errors_outside_of_examples_count : 0
    @messages.grep(/error occurred|An error/).first([outside, 20].min).each { |text| write(crash(text)) }
    return unless RSpec.configuration.fail_fast && summary.failure_count.positive?

    write(incomplete: 'RSpec stops at a failure (fail_fast)') if RSpec.world.example_count > summary.example_count
  end

  private

  def write(outcome)
    @output.puts(JSON.generate(outcome))
  end

  def place(example)
    file = File.expand_path(example.metadata[:absolute_file_path] || example.file_path)
    frame = (example.exception&.backtrace || []).find { |line| File.expand_path(line[/\A(.+?):\d+/, 1].to_s) == file }
    { file: file, line: (frame && frame[/:(\d+)/, 1] || example.metadata[:line_number]).to_i }
  end

  def told(error)
    parts = error.respond_to?(:all_exceptions) ? error.all_exceptions : [error]
    return { message: parts.map { |part| first_line(part) }.join('; ') } if parts.length > 1

    text = error.message.to_s.gsub(/\e\[[\d;]*m/, '').strip
    pair = text.match(/\A(?:(.*?)\n+)?\s*expected: (.+)\n\s*got: (.+?)(?:\n|\z)/)
    return { message: first_line(error) } unless pair

    { expected: pair[2].strip, actual: bare(pair[3]), message: pair[1]&.strip }.compact
  end

  def bare(value)
    value.sub(/ \(using [^)]*\)\z/, '').strip
  end

  def first_line(error)
    lines = error.message.to_s.gsub(/\e\[[\d;]*m/, '').strip.lines.map(&:strip)
    line = lines.take_while { |part| part != 'Diff:' }.reject(&:empty?).first(2).join(' ')
    told = error.class.name.start_with?('RSpec::') ? line : "#{error.class.name}: #{line}"
    error.cause ? "#{told} (cause: #{error.cause.message.lines.first.to_s.strip})" : told
  end

  def crash(text)
    lines = text.lines.map(&:strip).reject(&:empty?)
    file = text[/ while loading (\S+\.rb)/, 1]
    kind = lines.index { |line| line.match?(/\A[\w:]+Error:\z/) }
    reason = kind ? "#{lines[kind]} #{lines[kind + 1]}" : lines[1] || lines[0]
    at = text[/^# (\S+?\.rb):(\d+)/, 2]
    { result: 'crashed', name: file || 'set-up', file: file && File.expand_path(file), line: (at || 1).to_i,
      message: reason }.compact
  end
end
